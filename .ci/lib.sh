# What the scripts of this folder share. Source it first: it also goes to the repository root.
# shellcheck shell=bash
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Native builds follow the caller's CARGO_TARGET_DIR; what these scripts make for themselves stays in target/.
native_target=${CARGO_TARGET_DIR:-target}

say() { printf '== %s\n' "$*" >&2; }
die() { printf '%s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }

need_cargo() { have cargo || die "Footpath needs Rust: install it from https://rustup.rs and run this again."; }
need_node() { have npm || die "Footpath needs Node.js 20.19 or newer, with npm: install it and run this again."; }

# Debian packages, if missing: installed when we may, else the one line to run.
debian_packages() {
  local package missing=()
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0

  local install="apt-get install -y --no-install-recommends ${missing[*]}"
  [ "$(id -u)" = 0 ] || die "System packages are missing. Run: sudo $install"
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq >&2 && $install >&2 || die "These system packages could not be installed: ${missing[*]}"
}

# One digest over the content and names of files and folders (what npm or a build put there left out).
digest() {
  find "$@" \( -name node_modules -o -name dist -o -name pkg \) -prune -o -type f -print0 |
    LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -d ' ' -f 1
}

# A stamp holds the digest of what something was last made from, and is written when the making succeeded.
fresh() { [ "$(cat "$1" 2>/dev/null)" = "$2" ]; }
stamp() { mkdir -p "$(dirname "$1")" && printf '%s\n' "$2" >"$1"; }

# npm_packages FOLDER: exactly what its lock file says.
npm_packages() {
  local lock installed=$1/node_modules/.installed
  lock=$(digest "$1/package-lock.json")
  fresh "$installed" "$lock" || { npm ci --prefix "$1" --no-audit --no-fund && stamp "$installed" "$lock"; }
}
