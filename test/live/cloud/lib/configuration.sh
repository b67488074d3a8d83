# shellcheck shell=bash
# Sourced by up: the services' configuration, written anew by each up and read by a process when it starts.

database_url() { printf 'mysql+pymysql://root@localhost/%s?unix_socket=%s&charset=utf8' "$1" "$SOCKET"; }

write_keystone_conf() {
  cat >"$ETC/keystone.conf" <<CONF
[DEFAULT]
log_file = $LOG/keystone.log
public_endpoint = http://127.0.0.1:$KEYSTONE_PORT
max_token_size = 255
[database]
connection = $(database_url keystone)
[token]
provider = fernet
expiration = $TOKEN_SECONDS
[fernet_tokens]
key_repository = $LIVE_HOME/keystone/fernet-keys
[fernet_receipts]
key_repository = $LIVE_HOME/keystone/fernet-keys
[credential]
key_repository = $LIVE_HOME/keystone/credential-keys
[identity]
# bcrypt's cheapest setting, so that logins take milliseconds: these passwords protect nothing
password_hash_rounds = 4
CONF
}

write_cinder_conf() {
  cat >"$ETC/cinder.conf" <<CONF
[DEFAULT]
state_path = $LIVE_HOME/state
# shows in API answers (os-services), so it is not this machine's name
host = cinder-live
my_ip = 127.0.0.1
auth_strategy = keystone
transport_url = rabbit://guest:guest@127.0.0.1:$RABBIT_PORT/
rpc_response_timeout = 30
api_paste_config = $ETC/api-paste.ini
resource_query_filters_file = $ETC/resource_filters.json
osapi_volume_listen = 127.0.0.1
osapi_volume_listen_port = $CINDER_PORT
osapi_volume_workers = 2
osapi_max_limit = 1000
enabled_backends = file
default_volume_type = __DEFAULT__
glance_num_retries = 0
# Services report often, so that a restarted one is seen at once (Cinder's defaults: 10, 60).
report_interval = 2
service_down_time = $SERVICE_DOWN_SECONDS
# How soon a new scheduler learns of the backend and of cinder-backup; before that it refuses backups. Without the
# fuzzy delay's 0: up to a minute later, at random, whenever the scheduler was not there yet for their first report.
periodic_fuzzy_delay = 0
periodic_interval = 2
backend_stats_polling_interval = 3
backup_driver_stats_polling_interval = 10
scheduler_driver_init_wait_time = 10
# All "host"s are one, and the made-up pool is infinite: placement must not care.
allocated_capacity_weight_multiplier = -1.0
quota_volumes = $QUOTA_VOLUMES
quota_snapshots = 1000
quota_gigabytes = 10000
quota_backups = $QUOTA_BACKUPS
quota_backup_gigabytes = 100000
# Upstream's own driver on the chunked base class, the one that Swift and S3 share: incrementals are real.
backup_driver = cinder.backup.drivers.posix.PosixBackupDriver
backup_posix_path = $LIVE_HOME/backups
backup_file_size = 16777216
backup_sha_block_size_bytes = 262144
backup_compression_algorithm = zstd
[file]
volume_backend_name = file
volume_driver = file_volume_driver.FileDriver
filedriver_path = $LIVE_HOME/volumes
filedriver_faults = $LIVE_HOME/faults
filedriver_bytes_per_gib = $BYTES_PER_GIB
[database]
connection = $(database_url cinder)
max_pool_size = 20
[oslo_concurrency]
lock_path = $LIVE_HOME/locks
[coordination]
backend_url = file://$LIVE_HOME/locks/coordination
[privsep_osbrick]
helper_command = privsep-helper --config-file $ETC/cinder.conf
[cinder_sys_admin]
helper_command = privsep-helper --config-file $ETC/cinder.conf
[keystone_authtoken]
www_authenticate_uri = http://127.0.0.1:$KEYSTONE_PORT/
auth_url = http://127.0.0.1:$KEYSTONE_PORT/
auth_type = password
project_domain_id = default
user_domain_id = default
project_name = service
username = cinder
password = cinder-pass
region_name = RegionOne
token_cache_time = $TOKEN_CACHE_SECONDS
service_token_roles_required = true
service_token_roles = admin
# without it, credentials with access rules let nobody in
service_type = volumev3
CONF
  cp "$LIB/api-paste.ini" "$LIB/resource_filters.json" "$ETC/"
}

write_rabbitmq_conf() {
  echo '[].' >"$LIVE_HOME/rabbitmq/enabled_plugins"
  cat >"$LIVE_HOME/rabbitmq/rabbitmq.conf" <<CONF
listeners.tcp.1 = 127.0.0.1:$RABBIT_PORT
log.console = false
log.file.level = warning
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 50MB
CONF
}

# os-brick asks dmidecode for the machine's UUID and does not survive its absence: the backup would stay
# "creating" for ever. A stub cures that and keeps this machine's own UUID out of the cloud.
write_dmidecode_stub() {
  printf '#!/bin/sh\necho 00000000-0000-4000-8000-000000000001\n' >"$LIVE_HOME/bin/dmidecode"
  chmod 755 "$LIVE_HOME/bin/dmidecode"
}

write_configuration() {
  write_keystone_conf
  write_cinder_conf
  write_rabbitmq_conf
  write_dmidecode_stub
}
