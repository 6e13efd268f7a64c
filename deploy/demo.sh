#!/usr/bin/env bash
# Shows Muster at work, from a clean clone on a bare Debian 12 machine: installs what is missing, builds, plays, explains.
set -euo pipefail
# shellcheck source=deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

usage() {
  cat <<'END'
usage: bash deploy/demo.sh [--kubernetes [--once] | --cluster FILE]

  (nothing)       plays kube-scheduler's calls against muster and deploy/demo/cluster.yaml, and ends by itself
  --cluster FILE  the same with other objects; begin with a copy of deploy/demo/cluster.yaml
  --kubernetes    a real kube-apiserver, kube-scheduler and kubectl with muster beside them, until Ctrl-C,
                  or with --once until the demo has been played (built from source at the
                  first call: about ten minutes, 3 GB of cache)
END
}

mode=play
cluster=()
case "${1:-}" in
  "") ;;
  --kubernetes) mode=kubernetes ;;
  --cluster)
    [[ -r ${2:-} ]] || { echo "error: --cluster needs a file that can be read" >&2; usage >&2; exit 2; }
    cluster=(--cluster "$(realpath "$2")")
    ;;
  -h | --help) usage; exit 0 ;;
  *) echo "error: unknown option $1" >&2; usage >&2; exit 2 ;;
esac

cd "$MUSTER_ROOT"
muster_install deploy/apt-packages.txt
muster_build release muster
muster=build/release/cli/muster

if [[ $mode == play ]]; then
  exec python3 -B deploy/demo/play.py --muster "$muster" "${cluster[@]}"
fi

# shellcheck source=test/e2e/go_env.sh
source test/e2e/go_env.sh
muster=$(realpath "$muster")
# Not `go run`: Ctrl-C must reach the program that has the control plane to take down, and its status must be ours.
runner=$MUSTER_ROOT/build/release/demo-cluster
cd test/e2e
CGO_ENABLED=0 go build -buildvcs=false -o "$runner" ./cmd/cluster
exec "$runner" --muster "$muster" "${@:2}"
