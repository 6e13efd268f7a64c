#!/usr/bin/env bash
# Builds Muster and passes all tests, from a clean clone on a bare Debian 12 machine: everything that CTest knows (unit, property,
# service, scenario, arch), then the end-to-end tests with a real control plane. Exit status 0: all passed.
set -euo pipefail
# shellcheck source=deploy/lib.sh
source "$(dirname "${BASH_SOURCE[0]}")/../deploy/lib.sh"

case "${1:-}" in
  "") e2e=yes ;;
  --no-e2e) e2e=no ;;
  *) echo "usage: bash test/run.sh [--no-e2e]" >&2; exit 2 ;;
esac

cd "$MUSTER_ROOT"
muster_install deploy/apt-packages.txt
muster_build release

logs=build/test-logs
mkdir -p "$logs"
failed=()

say "ctest"
ctest --preset release -j "$MUSTER_JOBS" --progress 2>&1 | tee "$logs/ctest.log" || failed+=(ctest)
if [[ $e2e == yes ]]; then
  say "end to end"
  bash test/e2e/run.sh 2>&1 | tee "$logs/e2e.log" || failed+=(e2e)
fi

say "closing lines"
grep -E '^[0-9]+% tests passed' "$logs/ctest.log" || true
[[ $e2e == no ]] || grep -E '^(ok|FAIL|---|panic)' "$logs/e2e.log" || tail -n 3 "$logs/e2e.log"
if ((${#failed[@]})); then
  say "FAILED: ${failed[*]} (whole output in $logs)"
  exit 1
fi
say "all tests passed"
