//! The one binary: see `footpath help`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::run()
}
