# shellcheck shell=bash
# Sourced by up: Debian 12's own OpenStack, installed when missing, without starting any of its services.

# Only the libraries: the cinder-* and keystone packages would bring system users, databases and units. The
# `openstack` command comes along as a dependency.
PACKAGES=(python3-cinder python3-keystone python3-pymysql python3-yaml
  mariadb-server mariadb-client rabbitmq-server uwsgi-core uwsgi-plugin-python3)

POLICY=/usr/sbin/policy-rc.d
POLICY_MARK='# made by cinderkeep test/live/cloud/up'

missing_packages() {
  local package
  for package in "${PACKAGES[@]}"; do
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null)" = installed ] || printf '%s\n' "$package"
  done
}

# Package scripts ask policy-rc.d whether they may start a service; 101 means no. Somebody else's is left alone.
deny_services() {
  [ -e "$POLICY" ] && return 0
  printf '#!/bin/sh\n%s\nexit 101\n' "$POLICY_MARK" >"$POLICY"
  chmod 755 "$POLICY"
}
allow_services() {
  if grep -qsF "$POLICY_MARK" "$POLICY"; then rm -f "$POLICY"; fi
}

apt_once() {
  local options=(-o Acquire::Retries=5 -o DPkg::Lock::Timeout=300)
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  # A machine image's package lists are older than its mirror: without an update, half of the downloads are 404.
  apt-get "${options[@]}" update &&
    apt-get "${options[@]}" install -y --no-install-recommends "$@"
}

install_packages() {
  local missing log attempt
  mapfile -t missing < <(missing_packages)
  [ ${#missing[@]} -gt 0 ] || return 0
  command -v apt-get >/dev/null || die "needs apt-get to install: ${missing[*]}"
  say "installing ${missing[*]} (no service is started)"
  log=$LIVE_HOME/apt.log
  trap allow_services EXIT
  deny_services
  for attempt in 1 2 3; do
    if apt_once "${missing[@]}" >"$log" 2>&1; then break; fi
    [ "$attempt" -lt 3 ] || { tail -20 "$log" >&2; die "apt-get failed three times; its last output is $log"; }
    say "apt-get failed, once more (see $log)"
    dpkg --configure -a >>"$log" 2>&1 || true
    sleep 5
  done
  allow_services
  trap - EXIT
  say 'packages installed'
}
