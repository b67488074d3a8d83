# shellcheck shell=bash
# shellcheck disable=SC2034 # the files that source this one use them
# Sourced by up and down: where everything is and which ports it uses.
#
# All state lives under LIVE_HOME, all listeners are on 127.0.0.1, and no port is a default one, so that a Cinder
# or RabbitMQ which already runs on this machine (or the embedded cloud, on 8776) is never met by accident.

LIVE_HOME=${CINDERKEEP_LIVE_HOME:-${TMPDIR:-/tmp}/cinderkeep-live}
KEYSTONE_PORT=${CINDERKEEP_LIVE_KEYSTONE_PORT:-15000}        # default elsewhere: 5000
CINDER_PORT=${CINDERKEEP_LIVE_CINDER_PORT:-18776}            # default elsewhere: 8776
RABBIT_PORT=${CINDERKEEP_LIVE_RABBIT_PORT:-15673}            # default elsewhere: 5672
RABBIT_DIST_PORT=${CINDERKEEP_LIVE_RABBIT_DIST_PORT:-15674}  # default elsewhere: 25672
EPMD_PORT=${CINDERKEEP_LIVE_EPMD_PORT:-14369}                # default elsewhere: 4369

# What tests may want otherwise; each is read when a process starts.
TOKEN_SECONDS=${CINDERKEEP_LIVE_TOKEN_SECONDS:-3600}               # life of a token (then: up --restart keystone)
TOKEN_CACHE_SECONDS=${CINDERKEEP_LIVE_TOKEN_CACHE_SECONDS:-300}    # how long Cinder remembers that a token is valid
SERVICE_DOWN_SECONDS=${CINDERKEEP_LIVE_SERVICE_DOWN_SECONDS:-60}   # silence after which a service counts as down
QUOTA_VOLUMES=${CINDERKEEP_LIVE_QUOTA_VOLUMES:-1000}
QUOTA_BACKUPS=${CINDERKEEP_LIVE_QUOTA_BACKUPS:-10000}
BYTES_PER_GIB=${CINDERKEEP_LIVE_BYTES_PER_GIB:-67108864}           # file bytes behind each GiB of volume

LIB=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
RUN=$LIVE_HOME/run
LOG=$LIVE_HOME/log
ETC=$LIVE_HOME/etc
SOCKET=$RUN/mysqld.sock
# The first thing that up makes, and what down --purge wants to see before it removes anything.
OURS=$LIVE_HOME/.cinderkeep-live
# Debian's own interpreter: the OpenStack packages belong to it, not to a pyenv's.
PYTHON=/usr/bin/python3

# Loopback only, whatever proxy the caller has.
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY
export no_proxy='*' NO_PROXY='*' PYTHONPATH=$LIB PYTHONDONTWRITEBYTECODE=1

say() { printf '%4ds %s\n' "$SECONDS" "$*" >&2; }
die() { printf '%s\n' "$*" >&2; exit 1; }
