"""wait_until_healthy.py HOME: waits until Cinder can make backups, at most 90 s; exits 1 when it can't.

Healthy means: os-services says `up` for all three, on the word of the processes that run now; the scheduler knows
a pool; and, after a fresh start, one backup has been made, because no API tells whether cinder-backup has reported to
the scheduler yet, and until then every backup fails with "Service not found for creating backup.".
"""
import datetime
import json
import os
import sys
import time

import requests

HOME = sys.argv[1]
SERVICES = ('cinder-scheduler', 'cinder-volume', 'cinder-backup')
FRESH_SECONDS = 20
DEADLINE = time.time() + 90

with open(HOME + '/env.json') as f:
    env = json.load(f)
base = '%s/%s' % (env['cinderUrl'], env['projects']['admin'])
session = requests.Session()


def log_in():
    answer = session.post(env['keystoneUrl'] + '/auth/tokens', timeout=60, json={'auth': {
        'identity': {'methods': ['password'], 'password': {
            'user': {'name': 'admin', 'domain': {'id': 'default'}, 'password': env['passwords']['admin']}}},
        'scope': {'project': {'id': env['projects']['admin']}}}})
    answer.raise_for_status()
    session.headers['X-Auth-Token'] = answer.headers['X-Subject-Token']


def call(method, path, **options):
    return session.request(method, base + path, timeout=30, **options)


def started_at(service):
    """When the service's process began (epoch seconds), or None if that is long ago."""
    with open('%s/run/%s.pid' % (HOME, service)) as f:
        ticks = int(f.read().split()[1])
    with open('/proc/uptime') as f:
        age = float(f.read().split()[0]) - ticks / os.sysconf('SC_CLK_TCK')
    return time.time() - age if age < FRESH_SECONDS else None


def note_reports(services, fresh, reports):
    for service in services:
        name, updated_at = service['binary'], service['updated_at']
        if fresh.get(name) and updated_at:
            if datetime.datetime.fromisoformat(updated_at + '+00:00').timestamp() > fresh[name]:
                reports[name].add(updated_at)


def services_up(fresh, reports):
    services = call('GET', '/os-services').json()['services']
    note_reports(services, fresh, reports)
    up = {service['binary'] for service in services if service['state'] == 'up'}
    # "up" may be left from before a restart, and a service touches its row once before it has cleaned up its
    # predecessor's work: so two reports later than its process.
    reported = all(not fresh[name] or len(reports[name]) >= 2 for name in SERVICES)
    return up.issuperset(SERVICES) and reported


def settled(path, kind):
    while time.time() < DEADLINE:
        answer = call('GET', path)
        if answer.status_code == 404:
            return None
        found = answer.json()[kind]
        if found['status'] in ('available', 'error'):
            return found
        time.sleep(0.1)
    sys.exit('smoke test: %s stays %s' % (path, found['status']))


def gone(path):
    while time.time() < DEADLINE:
        if call('GET', path).status_code == 404:
            return
        time.sleep(0.1)
    sys.exit('smoke test: %s is not deleted' % path)


def try_one_backup():
    """In project admin, which no test looks at; faults do not apply to a volume of this name."""
    volume = call('POST', '/volumes', json={'volume': {'size': 1, 'name': 'smoke'}}).json()['volume']['id']
    settled('/volumes/' + volume, 'volume')
    while True:
        accepted = call('POST', '/backups', json={'backup': {'volume_id': volume, 'name': 'smoke'}}).json()
        backup = settled('/backups/' + accepted['backup']['id'], 'backup')
        call('DELETE', '/backups/' + backup['id'])
        gone('/backups/' + backup['id'])
        if backup['status'] == 'available':
            break
        if time.time() > DEADLINE:
            sys.exit('smoke test: %s' % backup['fail_reason'])
        time.sleep(0.5)
    call('DELETE', '/volumes/' + volume)
    gone('/volumes/' + volume)


def main():
    log_in()
    fresh = {name: started_at(name) for name in SERVICES}
    reports = {name: set() for name in SERVICES}
    why = 'services are not all up'
    while time.time() < DEADLINE:
        try:
            if services_up(fresh, reports):
                if call('GET', '/scheduler-stats/get_pools').json()['pools']:
                    if any(fresh.values()):
                        try_one_backup()
                    return
                why = 'the scheduler knows no pool'
        except (requests.RequestException, KeyError, ValueError) as error:
            why = repr(error)
        time.sleep(0.2)
    sys.exit('not healthy: ' + why)


main()
