#!/bin/bash
# The functions, bundled as for deployment, under AWS Lambda's own runtime client. `npm run test:runtime` calls this;
# arguments go to vitest.
#
# The client is compiled (about a minute on two cores) into a cache folder, once per version of it.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

fail() { printf 'test:runtime: %s\n' "$*" >&2; exit 2; }

[ "$(uname -s)" = Linux ] || fail "needs Linux, and this is $(uname -s): the runtime client cannot be compiled elsewhere"

lock=$(cksum <test/runtime/client/package-lock.json)
client=${XDG_CACHE_HOME:-$HOME/.cache}/cinderkeep/runtime-client-${lock%% *}-$(node -p process.arch)

require_compilers() {
  local missing=()
  for tool in cmake g++ make xz python3; do command -v "$tool" >/dev/null || missing+=("$tool"); done
  [ ${#missing[@]} -gt 0 ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then fail "needs ${missing[*]}"; fi
  # Other suites may be installing packages, too.
  apt-get -o DPkg::Lock::Timeout=300 update -qq && DEBIAN_FRONTEND=noninteractive \
    apt-get -o DPkg::Lock::Timeout=300 install -qq -y --no-install-recommends cmake g++ make xz-utils python3 >/dev/null ||
    fail "cannot install ${missing[*]}"
}

# Beside its place, then moved there: a build that was killed leaves nothing that looks like a client.
build_client() {
  local build=$client.$$ log=$client.log
  mkdir -p "$build" && cp test/runtime/client/package*.json "$build" || fail "cannot write to $build"
  printf 'test:runtime: compiling the runtime client into %s\n' "$client"
  if ! npm --prefix "$build" ci --foreground-scripts >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    rm -rf "$build"
    fail "the runtime client cannot be compiled; the whole log is in $log"
  fi
  rm -rf "$client" && mv "$build" "$client" || fail "cannot write to $client"
}

[ -f "$client/node_modules/aws-lambda-ric/rapid-client.node" ] || { require_compilers && build_client; }
CINDERKEEP_RUNTIME_CLIENT="$client/node_modules/aws-lambda-ric/index.mjs" \
  node_modules/.bin/vitest run --config vitest.runtime.config.ts "$@"
