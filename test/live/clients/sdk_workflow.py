"""sdk_workflow.py: backs a volume up, restores it and clears up with openstacksdk; prints what it saw as one JSON object.

The cloud comes from the environment (OS_AUTH_URL and so on).
"""
import json
import time

import openstack
from openstack import exceptions

cloud = openstack.connect()
storage = cloud.block_storage
storage.default_microversion = '3.70'
seen = {}


def ended(backup):
    return storage.wait_for_status(backup, 'available', failures=['error'], interval=0.1, wait=60)


def name_of_error(action):
    try:
        action()
    except exceptions.HttpException as error:
        return '%d %s' % (error.status_code, error.details)
    return 'none'


seen['project'] = cloud.current_project.name
volume = storage.create_volume(size=1, name='sdk', metadata={'tier': 'gold'})
storage.wait_for_status(volume, 'available', interval=0.1, wait=60)
seen['volume'] = storage.get_volume(volume).metadata
full = ended(storage.create_backup(volume_id=volume.id, name='full', metadata={'kind': 'full'}))
time.sleep(1.1 / 20)
child = ended(storage.create_backup(volume_id=volume.id, name='incremental', is_incremental=True))
seen['backups'] = [(one.name, one.is_incremental, one.has_dependent_backups)
                   for one in storage.backups(volume_id=volume.id)]
seen['paged'] = len(list(storage.backups(limit=1)))
seen['found'] = storage.find_backup('full').id == full.id
seen['metadata'] = storage.get_backup(full).metadata
seen['refused'] = name_of_error(lambda: storage.delete_backup(full, ignore_missing=False))
storage.restore_backup(child, name='restored')
ended(storage.get_backup(child.id))
# The answer names the volume, but this client does not read it.
target = storage.wait_for_status(storage.find_volume('restored'), 'available', interval=0.1, wait=60)
seen['restored'] = (target.name, target.metadata)
snapshot = storage.create_snapshot(volume_id=volume.id, name='snapshot')
storage.wait_for_status(snapshot, 'available', interval=0.1, wait=60)
seen['snapshots'] = [one.name for one in storage.snapshots()]
seen['limits'] = storage.get_limits().absolute.total_backups_used
seen['types'] = [one.name for one in storage.types()]
for backup in (child, full):
    storage.delete_backup(backup)
    storage.wait_for_delete(backup, interval=0.1, wait=60)
storage.delete_snapshot(snapshot)
storage.wait_for_delete(snapshot, interval=0.1, wait=60)
for one in (volume, target):
    storage.delete_volume(one)
    storage.wait_for_delete(one, interval=0.1, wait=60)
seen['left'] = len(list(storage.backups())) + len(list(storage.snapshots()))
print(json.dumps(seen))
