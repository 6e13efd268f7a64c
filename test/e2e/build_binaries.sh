#!/usr/bin/env bash
# Builds the real control plane for the end-to-end tests: kube-apiserver, kube-scheduler, kubectl and etcd, at the versions that
# controlplane-build/go.mod pins. The binaries go to a cache folder outside the tree; the last line of the output is that folder.
# Does nothing, in a moment, when they are there and were built from the same pins by the same flags.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
module="$here/controlplane-build"

version=$(sed -nE 's/^[[:space:]]*k8s\.io\/kubernetes v([0-9.]+).*/\1/p' "$module/go.mod")
[[ -n $version ]] || { echo "error: no version of k8s.io/kubernetes in $module/go.mod" >&2; exit 1; }
# Without the version in the binary kube-apiserver calls itself v0.0.0-master, and kubectl and clients refuse or misjudge it.
ldflags="-s -w -X k8s.io/component-base/version.gitVersion=v$version -X k8s.io/component-base/version.gitMajor=${version%%.*}"
ldflags+=" -X k8s.io/component-base/version.gitMinor=$(cut -d. -f2 <<<"$version")"

gcflags="all=-dwarf=false" # thrown away by -s -w in any case, and a tenth of the compilation

cache="${MUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/muster}"
bin="$cache/k8s-$version/bin"
stamp="$bin/.built-from"
want=$(cat "$module/go.mod" "$module/go.sum" <(echo "$ldflags$gcflags") | sha256sum | cut -d' ' -f1)

built() {
  [[ -f $stamp && $(<"$stamp") == "$want" ]] || return 1
  local name
  for name in kube-apiserver kube-scheduler kubectl etcd; do [[ -x $bin/$name ]] || return 1; done
}

build_all() {
  echo "building etcd, kube-scheduler, kube-apiserver and kubectl" >&2
  # One command, so that one program links while another compiles. CGO off: no C compiler needed, and the binaries run on any Linux.
  # Written beside and moved, so that a killed build leaves nothing half.
  rm -rf "$bin/.new"
  (cd "$module" && CGO_ENABLED=0 go build -trimpath -buildvcs=false -gcflags "$gcflags" -ldflags "$ldflags" -o "$bin/.new/" \
    go.etcd.io/etcd/server/v3 k8s.io/kubernetes/cmd/{kube-scheduler,kube-apiserver,kubectl})
  mv "$bin/.new/server" "$bin/.new/etcd" # named after its package
  mv "$bin/.new/"* "$bin"
  rmdir "$bin/.new"
}

if ! built; then
  mkdir -p "$bin"
  # One build at a time per cache folder: a second caller waits and finds the work done.
  exec 9>"$bin/.lock"
  flock 9
  if ! built; then
    # shellcheck source=go_env.sh
    source "$here/go_env.sh"
    rm -f "$stamp"
    build_all
    echo "$want" >"$stamp"
  fi
  flock -u 9
fi
echo "$bin"
