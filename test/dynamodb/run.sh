#!/bin/bash
# The catalog's contract on a DynamoDB that is not the embedded one: moto's, installed by pip into a directory of its own and
# started on a free loopback port. `npm run test:dynamodb` calls this; arguments go to vitest.
#
# DYNAMODB_ENDPOINT=http://127.0.0.1:8000 takes the DynamoDB that listens there instead, Amazon's DynamoDB Local for instance; a table
# of a unique name is made in it and deleted.
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1

MOTO='moto[dynamodb,server]==5.2.5'
MOTO_HOME=${CINDERKEEP_MOTO_HOME:-${TMPDIR:-/tmp}/cinderkeep-moto-5.2.5}
START_SECONDS=60
server=

fail() { printf 'test:dynamodb: %s\n' "$*" >&2; exit 2; }
stop() { [ -z "$server" ] || kill "$server" 2>/dev/null; }
trap stop EXIT
# Not `exec` below: the traps would not run.
trap 'exit 130' INT
trap 'exit 143' TERM

install_moto() {
  [ -e "$MOTO_HOME/installed" ] && return
  python3 -m venv --clear "$MOTO_HOME" || fail 'needs python3 with venv (Debian: apt-get install python3-venv)'
  "$MOTO_HOME/bin/pip" install --quiet --disable-pip-version-check "$MOTO" || fail "pip could not install $MOTO"
  touch "$MOTO_HOME/installed"
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
is_listening() { (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

start_moto() {
  local port deadline=$((SECONDS + START_SECONDS))
  port=$(free_port)
  "$MOTO_HOME/bin/moto_server" -H 127.0.0.1 -p "$port" >"$MOTO_HOME/server.log" 2>&1 &
  server=$!
  until is_listening "$port"; do
    kill -0 "$server" 2>/dev/null || fail "moto ended by itself, see $MOTO_HOME/server.log"
    [ "$SECONDS" -lt "$deadline" ] || fail "moto does not listen after $START_SECONDS s, see $MOTO_HOME/server.log"
    sleep 0.2
  done
  export DYNAMODB_ENDPOINT=http://127.0.0.1:$port
}

if [ -z "${DYNAMODB_ENDPOINT:-}" ]; then
  install_moto
  start_moto
fi
PATH="$PWD/node_modules/.bin:$PATH" vitest run --config vitest.dynamodb.config.ts "$@"
