"""populate.py HOME KEYSTONE_PORT CINDER_PORT BYTES_PER_GIB: fills Keystone; writes HOME/env.json and HOME/clouds.yaml.

Idempotent; also corrects the catalogue after a change of ports. The passwords are fixtures of a cloud that
listens on loopback only.
"""
import json
import os
import sys

import requests
import yaml

home, keystone_port, cinder_port, bytes_per_gib = sys.argv[1:5]
REGION = 'RegionOne'
KEYSTONE = 'http://127.0.0.1:%s/v3' % keystone_port
CINDER = 'http://127.0.0.1:%s/v3' % cinder_port
PASSWORDS = {
    'admin': 'admin-pass',
    'cinder': 'cinder-pass',
    'backup-user': 'backup-pass',
    'reader-user': 'reader-pass',
    'other-user': 'other-pass',
}
ROLES = (
    ('cinder', 'service', 'admin'),
    ('admin', 'demo', 'admin'),
    ('backup-user', 'demo', 'member'),
    ('reader-user', 'demo', 'reader'),
    ('other-user', 'other', 'member'),
)
ENDPOINTS = (
    ('keystone', 'identity', KEYSTONE + '/'),
    ('cinderv3', 'volumev3', CINDER + '/%(project_id)s'),
    ('cinder', 'block-storage', CINDER + '/%(project_id)s'),
    # `openstack volume create` insists on an image endpoint, even when it needs no image; nothing listens there.
    ('glance', 'image', 'http://127.0.0.1:9/v2'),
)
APPLICATION_CREDENTIAL = {'name': 'cinderkeep', 'secret': 'cinderkeep-secret', 'roles': [{'name': 'member'}]}

session = requests.Session()


def call(method, path, **options):
    answer = session.request(method, KEYSTONE + path, timeout=60, **options)
    if not answer.ok:
        sys.exit('%s %s: %d %s' % (method, path, answer.status_code, answer.text))
    return answer


def log_in(user, project):
    answer = call('POST', '/auth/tokens', json={'auth': {
        'identity': {'methods': ['password'], 'password': {
            'user': {'name': user, 'domain': {'id': 'default'}, 'password': PASSWORDS[user]}}},
        'scope': {'project': {'name': project, 'domain': {'id': 'default'}}}}})
    session.headers['X-Auth-Token'] = answer.headers['X-Subject-Token']
    return answer.json()['token']


def find_or_make(kind, name, **attributes):
    found = call('GET', '/%ss' % kind, params={'name': name}).json()[kind + 's']
    if found:
        return found[0]['id']
    return call('POST', '/%ss' % kind, json={kind: dict(name=name, **attributes)}).json()[kind]['id']


def set_endpoints(service_id, url):
    existing = call('GET', '/endpoints', params={'service_id': service_id}).json()['endpoints']
    by_interface = {endpoint['interface']: endpoint for endpoint in existing}
    for interface in ('public', 'internal', 'admin'):
        endpoint = by_interface.get(interface)
        if endpoint is None:
            call('POST', '/endpoints', json={'endpoint': {
                'interface': interface, 'region_id': REGION, 'service_id': service_id, 'url': url}})
        elif endpoint['url'] != url:
            call('PATCH', '/endpoints/' + endpoint['id'], json={'endpoint': {'url': url}})


def application_credential(user_id):
    path = '/users/%s/application_credentials' % user_id
    for found in call('GET', path).json()['application_credentials']:
        if found['name'] == APPLICATION_CREDENTIAL['name']:
            return found['id']
    made = call('POST', path, json={'application_credential': APPLICATION_CREDENTIAL})
    return made.json()['application_credential']['id']


def cloud_entry(auth, **more):
    return dict({'auth': dict({'auth_url': KEYSTONE}, **auth), 'region_name': REGION, 'interface': 'public',
                 'identity_api_version': 3, 'volume_api_version': 3}, **more)


def password_entry(user, project):
    return cloud_entry({'username': user, 'password': PASSWORDS[user], 'project_name': project,
                        'user_domain_name': 'Default', 'project_domain_name': 'Default'})


def write(name, text):
    """Whole or not at all: a test may be reading."""
    path = os.path.join(home, name)
    with open(path + '.new', 'w') as f:
        f.write(text)
    os.rename(path + '.new', path)


token = log_in('admin', 'admin')
role_ids = {role['name']: role['id'] for role in call('GET', '/roles').json()['roles']}
projects = {'admin': token['project']['id']}
users = {'admin': token['user']['id']}
for project in ('service', 'demo', 'other'):
    projects[project] = find_or_make('project', project, domain_id='default')
for user in ('cinder', 'backup-user', 'reader-user', 'other-user'):
    users[user] = find_or_make('user', user, domain_id='default', password=PASSWORDS[user])
for user, project, role in ROLES:
    call('PUT', '/projects/%s/users/%s/roles/%s' % (projects[project], users[user], role_ids[role]))
for name, kind, url in ENDPOINTS:
    set_endpoints(find_or_make('service', name, type=kind), url)
log_in('backup-user', 'demo')
credential_id = application_credential(users['backup-user'])

clouds = {
    'member': password_entry('backup-user', 'demo'),
    'application-credential': cloud_entry(
        {'application_credential_id': credential_id,
         'application_credential_secret': APPLICATION_CREDENTIAL['secret']},
        auth_type='v3applicationcredential'),
    # In project demo: an admin's token of another project would let Cinder delete a full under its incrementals.
    'admin': password_entry('admin', 'demo'),
    'reader': password_entry('reader-user', 'demo'),
    'other': password_entry('other-user', 'other'),
}
write('clouds.yaml', yaml.safe_dump({'clouds': clouds}, sort_keys=False))
write('env.json', json.dumps({
    'home': home,
    'keystoneUrl': KEYSTONE,
    'cinderUrl': CINDER,
    'region': REGION,
    'projects': projects,
    'users': users,
    'passwords': PASSWORDS,
    'applicationCredential': {'id': credential_id, 'name': APPLICATION_CREDENTIAL['name'],
                              'secret': APPLICATION_CREDENTIAL['secret']},
    'clouds': clouds,
    'volumesPath': os.path.join(home, 'volumes'),
    'backupsPath': os.path.join(home, 'backups'),
    'faultsPath': os.path.join(home, 'faults'),
    'runPath': os.path.join(home, 'run'),
    'bytesPerGib': int(bytes_per_gib),
}, indent=2) + '\n')
