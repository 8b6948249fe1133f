# Everything a newcomer needs: `make demo` to try Footpath, `make test` to trust it. The work is done by the scripts
# in .ci/, which install what they need (or say what to install) and skip what is already there.

DATA ?= target/demo
ADDR ?= localhost:8080

.PHONY: help demo test bench bench-peers fuzz wasm web fmt lint clean

help: ## Show this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 8

demo: web ## A demo district to click through (DATA=folder, ADDR=host:port)
	cargo run --locked -p footpath -- demo --data $(DATA) --addr $(ADDR)

test: ## Everything that must hold; the last line is the sum
	@.ci/test

bench: ## Measure what is promised, into target/bench/report.json
	@.ci/bench

bench-peers: ## Measure what others cost on the same work, into target/bench/peers.json
	@.ci/bench-peers

fuzz: ## Foreign bytes for everything that reads them, until stopped (FUZZ_S=seconds for each target, once)
	@.ci/fuzz

wasm: ## The core for the browser
	@.ci/wasm

web: ## The pages, with the core inside, into web-client/dist
	@.ci/web

fmt: ## Lay out the Rust sources
	cargo fmt --all

lint: ## What `make test` looks at before it runs anything
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --locked -- -D warnings
	npm run lint --prefix web-client
	npm run check --prefix web-client

clean: ## Remove everything that was built
	rm -rf target web-client/dist web-client/src/core/pkg web-client/node_modules tests/e2e/node_modules tests/peers/node_modules
