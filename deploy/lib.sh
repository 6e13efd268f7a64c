# shellcheck shell=bash
# Sourced by deploy/demo.sh, test/run.sh and .ci/run: installs packages and builds. Works as root on a bare Debian 12.

MUSTER_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
MUSTER_JOBS=${MUSTER_JOBS:-$(nproc)}
# A bare container may have none; ccache and Go keep their caches below it.
export HOME=${HOME:-/root}

say() { printf '== %s\n' "$*"; }

# muster_install FILE…: the packages that the lists name (one a line, # comments), as far as they are missing.
muster_install() {
  local wanted missing=() package
  wanted=$(sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@")
  for package in $wanted; do
    [[ $(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null) == installed ]] || missing+=("$package")
  done
  ((${#missing[@]} == 0)) && return 0
  if ((EUID != 0)); then
    echo "error: missing packages; as root: apt-get install --no-install-recommends ${missing[*]}" >&2
    return 1
  fi
  say "installing ${#missing[@]} packages: ${missing[*]}"
  local log
  log=$(mktemp)
  if ! { apt-get -q update && DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
    tail -n 40 "$log" >&2
    rm -f "$log"
    echo "error: the packages could not be installed (Debian 12 is what this is made for)" >&2
    return 1
  fi
  rm -f "$log"
}

# muster_build PRESET [TARGET…]: configures and builds build/PRESET; quiet when nobody watches.
muster_build() {
  local preset=$1 arguments=()
  shift
  (($# == 0)) || arguments=(--target "$@")
  say "building $preset${*:+ ($*)} with $MUSTER_JOBS jobs"
  (
    cd "$MUSTER_ROOT" || exit 1
    cmake --preset "$preset" --log-level=WARNING >/dev/null || exit 1
    local quiet=()
    [[ -t 1 ]] || quiet=(-- --quiet)
    cmake --build --preset "$preset" -j "$MUSTER_JOBS" "${arguments[@]}" "${quiet[@]}"
  )
}
