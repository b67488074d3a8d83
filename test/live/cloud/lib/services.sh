# shellcheck shell=bash
# Sourced by up: the command line of each process, and the first initialisation of the databases.

run_main() { "$PYTHON" "$LIB/run_main.py" "$@"; }
sql() { mariadb --no-defaults -uroot -S "$SOCKET" "$@"; }

# A throw-away database: durability is off, which makes it several times faster.
start_mariadb() {
  start mariadb mariadbd --no-defaults --datadir="$LIVE_HOME/mysql" --user=root \
    --socket="$SOCKET" --pid-file="$RUN/mariadbd.own.pid" --skip-networking --skip-name-resolve \
    --innodb-flush-log-at-trx-commit=0 --innodb-doublewrite=0 --sync-binlog=0 \
    --innodb-buffer-pool-size=256M --max-connections=400
  wait_for mariadb 30 sql -e 'select 1'
}

start_rabbitmq() {
  require_free_port rabbitmq "$RABBIT_PORT"
  start epmd env -i PATH="$PATH" epmd -address 127.0.0.1 -port "$EPMD_PORT"
  start rabbitmq env -i PATH="$PATH" HOME="$LIVE_HOME/rabbitmq" LANG=C.UTF-8 \
    RABBITMQ_NODENAME=cinder@localhost RABBITMQ_DIST_PORT="$RABBIT_DIST_PORT" \
    RABBITMQ_MNESIA_BASE="$LIVE_HOME/rabbitmq/mnesia" RABBITMQ_LOG_BASE="$LOG" \
    RABBITMQ_CONFIG_FILE="$LIVE_HOME/rabbitmq/rabbitmq.conf" RABBITMQ_PID_FILE="$LIVE_HOME/rabbitmq/pid" \
    RABBITMQ_ENABLED_PLUGINS_FILE="$LIVE_HOME/rabbitmq/enabled_plugins" \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS='-kernel inet_dist_use_interface {127,0,0,1}' \
    ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT="$EPMD_PORT" ERL_CRASH_DUMP="$LOG/erl_crash.dump" \
    /usr/lib/rabbitmq/bin/rabbitmq-server
}

# One request at a time in each process: with threads, a Keystone that is asked much at once finds now and then that
# a user has not the roles that it has. Each by a connection of its own, as one that stays open would keep a process.
start_keystone() {
  require_free_port keystone "$KEYSTONE_PORT"
  start keystone env OS_KEYSTONE_CONFIG_DIR="$ETC" uwsgi_python3 \
    --plugin-dir /usr/lib/uwsgi/plugins --plugin python3 \
    --http-socket "127.0.0.1:$KEYSTONE_PORT" --add-header 'Connection: close' --wsgi-file "$LIB/keystone_app.py" \
    --master --processes 4 --enable-threads --lazy-apps --thunder-lock \
    --die-on-term --no-orphans --need-app --buffer-size 65535 --disable-logging \
    --hook-master-start 'unix_signal:15 gracefully_kill_them_all'
}

start_cinder() {
  local service
  require_free_port cinder-api "$CINDER_PORT"
  for service in api scheduler volume backup; do
    start "cinder-$service" env PATH="$LIVE_HOME/bin:$PATH" "$PYTHON" "$LIB/run_main.py" "cinder.cmd.$service" \
      --config-file "$ETC/cinder.conf" --log-file "$LOG/cinder-$service.log"
  done
}

make_data_directory() {
  mariadb-install-db --no-defaults --datadir="$LIVE_HOME/mysql" --user=root \
    --auth-root-authentication-method=normal --skip-test-db --skip-name-resolve >"$LOG/install-db.log" 2>&1 ||
    show_log_and_die install-db 'mariadb-install-db failed'
}

set_up_keystone() {
  local url=http://127.0.0.1:$KEYSTONE_PORT/v3/
  local manage=(run_main keystone.cmd.manage --config-file "$ETC/keystone.conf")
  local owner=(--keystone-user root --keystone-group root)
  mkdir -m 700 "$LIVE_HOME/keystone/fernet-keys" "$LIVE_HOME/keystone/credential-keys"
  "${manage[@]}" db_sync &&
    "${manage[@]}" fernet_setup "${owner[@]}" &&
    "${manage[@]}" credential_setup "${owner[@]}" &&
    "${manage[@]}" bootstrap --bootstrap-password admin-pass --bootstrap-region-id RegionOne \
      --bootstrap-admin-url "$url" --bootstrap-internal-url "$url" --bootstrap-public-url "$url"
}

# Both schemas at once: each takes one core for about ten seconds.
fill_databases() {
  local keystone_pid
  sql -e 'create database keystone character set utf8; create database cinder character set utf8'
  set_up_keystone >"$LOG/keystone-setup.log" 2>&1 &
  keystone_pid=$!
  run_main cinder.cmd.manage --config-file "$ETC/cinder.conf" db sync >"$LOG/cinder-setup.log" 2>&1 ||
    show_log_and_die cinder-setup 'cinder-manage db sync failed'
  wait "$keystone_pid" || show_log_and_die keystone-setup 'setting up keystone failed'
}

# Users, projects, catalogue, env.json and clouds.yaml: again only when the ports or the script have changed.
populate_keystone() {
  local stamp
  stamp="$KEYSTONE_PORT $CINDER_PORT $BYTES_PER_GIB $(cksum <"$LIB/populate.py")"
  [ "$(cat "$LIVE_HOME/keystone/populated" 2>/dev/null)" != "$stamp" ] || [ ! -s "$LIVE_HOME/env.json" ] || return 0
  "$PYTHON" "$LIB/populate.py" "$LIVE_HOME" "$KEYSTONE_PORT" "$CINDER_PORT" "$BYTES_PER_GIB"
  printf '%s\n' "$stamp" >"$LIVE_HOME/keystone/populated"
}
