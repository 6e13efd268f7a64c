#!/usr/bin/env bash
# Builds the real control plane (once), then runs the end-to-end tests. Arguments go to `go test`: ./run.sh -run TestCase3 -v
# MUSTER_BIN names the binary under test (default: build/release/cli/muster of this tree).
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$here"
# shellcheck source=go_env.sh
source ./go_env.sh
./build_binaries.sh
export MUSTER_BIN="${MUSTER_BIN:-$here/../../build/release/cli/muster}"
MUSTER_BIN=$(realpath -m "$MUSTER_BIN")
# The tests have no dependency, so nothing is to be fetched or changed here.
export GOFLAGS="-mod=readonly -buildvcs=false" CGO_ENABLED=0
unformatted=$(gofmt -l .)
[[ -z $unformatted ]] || { echo "error: not formatted: $unformatted" >&2; exit 1; }
go vet ./...
# One package at a time: the cases measure rates and deadlines.
go test -count=1 -p 1 -timeout 25m "$@" ./...
