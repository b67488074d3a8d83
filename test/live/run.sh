#!/bin/bash
# The live tests: brings up a real Cinder, runs vitest against it, and stops it. `npm run test:live` calls this;
# arguments go to vitest (npm run test:live -- test/live/bring-up.test.ts).
#
# CINDERKEEP_LIVE_KEEP=1 leaves the cloud running, which saves 20 s on the next run. See docs/live-cinder.md.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

fail() { printf 'test:live: %s\n' "$*" >&2; exit 2; }

[ "$(uname -s)" = Linux ] || fail "needs Linux, and this is $(uname -s): it runs Debian's own OpenStack packages"
command -v apt-get >/dev/null || fail 'needs Debian 12: there is no apt-get here'
codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
[ "$codename" = bookworm ] || fail "needs Debian 12 (bookworm), and this is ${codename:-unnamed}: Cinder's release would differ"
[ "$(id -u)" = 0 ] || fail 'needs root (apt-get, and the files of the cloud): use a container or a virtual machine'

take_down() { [ -n "${CINDERKEEP_LIVE_KEEP:-}" ] || test/live/cloud/down; }
trap take_down EXIT
# Not `exec`: the trap would not run. The exit code is that of vitest.
trap 'exit 130' INT
trap 'exit 143' TERM

test/live/cloud/up || fail 'the live cloud does not come up'
PATH="$PWD/node_modules/.bin:$PATH" vitest run --config vitest.live.config.ts "$@"
