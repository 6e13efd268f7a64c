#!/usr/bin/env bash
# Measures Muster end to end on the real kube-scheduler, beside the stock kube-scheduler, and prints one table.
# Arguments go to the program: ./run.sh -items A,C -rounds 1 -o table.md
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
export MUSTER_BIN="${MUSTER_BIN:-$here/../../build/release/cli/muster}"
MUSTER_BIN=$(realpath -m "$MUSTER_BIN")
[[ -x $MUSTER_BIN ]] || { echo "error: no muster at $MUSTER_BIN: build it, or name it in MUSTER_BIN" >&2; exit 2; }
output_dir=$PWD # where a relative -o means
cd "$here/../../test/e2e"
# shellcheck source=../../test/e2e/go_env.sh
source ./go_env.sh
./build_binaries.sh >&2
program=$(mktemp -d)
trap 'rm -rf "$program"' EXIT
CGO_ENABLED=0 go build -o "$program/bench" ./cmd/bench
"$program/bench" -dir "$output_dir" "$@"
