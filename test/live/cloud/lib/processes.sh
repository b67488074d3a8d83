# shellcheck shell=bash
# Sourced by up and down: starting, stopping and recognising our processes by pid files.
#
# A pid file holds "pid starttime" (field 22 of /proc/PID/stat), so that a recycled pid is never mistaken for ours.
# Each process leads a session of its own: one signal to its group reaches its workers too.

# One up or down at a time. The lock lives on file descriptor 9, which no daemon inherits.
take_lock() {
  [ -z "${CINDERKEEP_LIVE_LOCKED:-}" ] || return 0
  exec 9>"$LIVE_HOME/.lock"
  flock -w 900 9 || die "another up or down holds $LIVE_HOME/.lock"
  export CINDERKEEP_LIVE_LOCKED=1
}

# Nothing for a zombie. What stands before the last ")" is the command's name, which may hold spaces.
start_time() { sed 's/.*) //' "/proc/$1/stat" 2>/dev/null | awk '$1 != "Z" { print $20 }'; }

is_alive() { # NAME
  local pid started
  [ -s "$RUN/$1.pid" ] || return 1
  read -r pid started <"$RUN/$1.pid"
  [ -n "$pid" ] && [ -n "$started" ] && [ "$(start_time "$pid")" = "$started" ]
}

start() { # NAME COMMAND...
  local name=$1 pid
  shift
  if is_alive "$name"; then return 0; fi
  setsid "$@" >>"$LOG/$name.out" 2>&1 </dev/null 9>&- &
  pid=$!
  disown
  printf '%s %s\n' "$pid" "$(start_time "$pid")" >"$RUN/$name.pid"
}

stop() { # NAME SECONDS: TERM to the group, and KILL when that was not enough
  local pid tries
  if is_alive "$1"; then
    read -r pid _ <"$RUN/$1.pid"
    # A frozen process (kill -STOP) would sleep through TERM.
    kill -CONT -- "-$pid" 2>/dev/null || true
    kill -TERM -- "-$pid" 2>/dev/null || true
    tries=$(($2 * 10))
    while [ "$tries" -gt 0 ] && is_alive "$1"; do
      sleep 0.1
      tries=$((tries - 1))
    done
    # The leader may be gone and a worker not: the group is killed in any case.
    kill -KILL -- "-$pid" 2>/dev/null || true
  fi
  rm -f "$RUN/$1.pid"
}

stop_together() { # SECONDS NAME...
  local seconds=$1 name
  local stopping=()
  shift
  for name in "$@"; do
    stop "$name" "$seconds" &
    stopping+=($!)
  done
  wait "${stopping[@]}"
}

show_log_and_die() { # NAME MESSAGE
  tail -n 30 "$LOG/$1.out" "$LOG/$1.log" >&2 2>/dev/null || true
  die "$2; logs are in $LOG"
}

wait_for() { # NAME SECONDS COMMAND...: until the command succeeds, while that process lives
  local name=$1 tries=$(($2 * 10))
  shift 2
  until "$@" >/dev/null 2>&1; do
    is_alive "$name" || show_log_and_die "$name" "$name has ended"
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || show_log_and_die "$name" "$name does not answer"
    sleep 0.1
  done
}

port_open() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Cinder's API would share its port with whoever has it (SO_REUSEPORT), and each would get some of the requests.
require_free_port() { # NAME PORT
  if ! is_alive "$1" && port_open "$2"; then
    die "port $2, which $1 wants, is taken by another process; name another port (lib/settings.sh says how)"
  fi
}
