#!/usr/bin/env bash
# Puts etcd, kube-apiserver, kube-controller-manager and kubectl 1.20.2 where the cluster tests look for them, and prints that
# directory. Taken from $KUBEBUILDER_ASSETS when set, else from the cache, else built from Debian's source package (about six
# minutes on two cores, once; needs apt-get, dpkg-dev, make and gcc, but neither root nor a change to the system).
set -euo pipefail

version=1.20.2
target="${XDG_CACHE_HOME:-$HOME/.cache}/istio-upgrade/kube-$version"
programs=(etcd kube-apiserver kube-controller-manager kubectl)

say() { echo "kube-binaries: $*" >&2; }

complete() {
  local program
  for program in "${programs[@]}"; do [ -x "$1/$program" ] || return 1; done
}

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
  complete "$KUBEBUILDER_ASSETS" || { say "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS lacks one of: ${programs[*]}"; exit 1; }
  echo "$KUBEBUILDER_ASSETS"
  exit 0
fi

if complete "$target"; then
  echo "$target"
  exit 0
fi

for tool in apt-get dpkg-deb dpkg-source make gcc; do
  command -v "$tool" >/dev/null || { say "$tool not found: install it, or set KUBEBUILDER_ASSETS to a directory with ${programs[*]}"; exit 1; }
done

work="$(mktemp -d)"
trap 'chmod -R u+w "$work" 2>/dev/null; rm -rf "$work"' EXIT
log="$work/build.log"
quietly() { "$@" >>"$log" 2>&1 || { say "failed: $*"; tail -n 40 "$log" >&2; exit 1; }; }

# A package index of our own, with deb-src enabled: the system's sources are read, never changed.
mkdir -p "$work"/{state/lists/partial,cache/archives/partial,download,root,parts}
for file in /etc/apt/sources.list.d/*.sources; do
  [ -e "$file" ] && sed -E 's/^Types:.*/Types: deb deb-src/' "$file" >"$work/parts/$(basename "$file")"
done
for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -e "$file" ] && sed -nE 's/^(deb|deb-src)( .*)/deb\2\ndeb-src\2/p' "$file" >"$work/parts/$(basename "$file")"
done
apt=(apt-get -q -o "Dir::Etc::sourcelist=-" -o "Dir::Etc::sourceparts=$work/parts" -o "Dir::State=$work/state"
  -o "Dir::Cache=$work/cache" -o "Dir::State::status=/var/lib/dpkg/status" -o "APT::Sandbox::User=$(id -un)")

say "downloading the sources of Kubernetes $version and what builds them"
quietly "${apt[@]}" update
cd "$work/download"
quietly "${apt[@]}" source --download-only kubernetes
quietly "${apt[@]}" download etcd-server golang-1.19-go golang-1.19-src golang-github-modern-go-reflect2-dev
for package in *.deb; do dpkg-deb -x "$package" "$work/root"; done

source="$work/go/src/k8s.io/kubernetes"
mkdir -p "$(dirname "$source")"
quietly dpkg-source -x ./*.dsc "$source"
grep -q "really$version-" <<<"$(basename ./*.dsc)" || say "warning: $(basename ./*.dsc) is not $version"

# The vendored reflect2 1.0.1 reads Go's map internals in a way that crashes on Go >= 1.18.
rm -rf "$source/vendor/github.com/modern-go/reflect2"
cp -r "$work/root/usr/share/gocode/src/github.com/modern-go/reflect2" "$source/vendor/github.com/modern-go/reflect2"

# The makefiles copy what they built with `rsync -pc FILE DIR`; that much cp can do.
mkdir -p "$work/bin"
printf '#!/bin/sh\n[ "$1" = -pc ] && [ $# = 3 ] && exec cp -p "$2" "$3"\necho "rsync $*: not foreseen" >&2; exit 1\n' >"$work/bin/rsync"
chmod +x "$work/bin/rsync"

cat >"$work/version" <<VERSION
KUBE_GIT_COMMIT='faecb196815e248d3ecfb03c680a4507229c2a56'
KUBE_GIT_TREE_STATE='clean'
KUBE_GIT_VERSION='v$version'
KUBE_GIT_MAJOR='1'
KUBE_GIT_MINOR='20'
VERSION

say "building (about six minutes on two cores, once)"
cd "$source"
quietly env PATH="$work/bin:$work/root/usr/lib/go-1.19/bin:$PATH" GOROOT="$work/root/usr/lib/go-1.19" GOPATH="$work/go" \
  GO111MODULE=off GOFLAGS= GOCACHE="$work/go-cache" HOME="$work" CGO_ENABLED=0 KUBE_GIT_VERSION_FILE="$work/version" \
  make WHAT="cmd/kube-apiserver cmd/kube-controller-manager cmd/kubectl"

# Into a directory beside the target first: a build that is cut off leaves no half-filled cache.
mkdir -p "$(dirname "$target")"
staged="$(mktemp -d "$target.XXXXXX")"
cp "$source"/_output/bin/kube{-apiserver,-controller-manager,ctl} "$work/root/usr/bin/etcd" "$staged/"
chmod 755 "$staged"
"$staged/kube-apiserver" --version | grep -q "v$version" || { say "built a server of another version"; exit 1; }
if [ -d "$target" ]; then rm -rf "$target"; fi
mv -T "$staged" "$target"
say "done: $target"
echo "$target"
