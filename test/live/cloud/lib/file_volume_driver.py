"""A Cinder volume driver that keeps each volume as a sparse file.

It lets a real Cinder run where there is no device-mapper, LVM, iSCSI or NFS, and lets a test write bytes into a
volume and compare them after a restore. Out of tree: cinder.conf says `volume_driver = file_volume_driver.FileDriver`
and this directory is on PYTHONPATH. Volumes and snapshots are files named `volume-<id>` and `snapshot-<id>` in
`filedriver_path`; connections are os-brick's `local` kind, so cinder-backup opens the file itself.

Faults for tests of clients: files in `filedriver_faults`, read whenever a volume is attached for a backup or restore.

  attach_delay           seconds for which the backup stays `creating` (the restore: `restoring`)
  attach_error           the backup ends in `error` with this text in its fail_reason (the restore: `error_restoring`)
  <fault>.<volume id>    the same, for that volume only

The health check's own volume, named `smoke`, has no faults.
"""
import os
import time

from oslo_concurrency import processutils
from oslo_config import cfg
from oslo_log import log as logging
from oslo_utils import units

from cinder import exception
from cinder import interface
from cinder.volume import configuration
from cinder.volume import driver

LOG = logging.getLogger(__name__)

OPTIONS = [
    cfg.StrOpt('filedriver_path', default='$state_path/volumes'),
    cfg.StrOpt('filedriver_faults', default='$state_path/faults'),
    cfg.IntOpt('filedriver_bytes_per_gib', default=units.Gi,
               help='File bytes behind each GiB of volume. Fewer than 2^30 make backups quicker; the API sees no '
                    'difference.'),
]
cfg.CONF.register_opts(OPTIONS, group=configuration.SHARED_CONF_GROUP)

# cinder/volume/manager.py names the temporary clone of an in-use volume so; faults follow it there.
CLONE_PREFIX = 'backup-vol-'


@interface.volumedriver
class FileDriver(driver.VolumeDriver):
    VERSION = '1.0.0'
    CI_WIKI_NAME = 'none'

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.configuration.append_config_values(OPTIONS)
        self.root = self.configuration.filedriver_path
        self.faults = self.configuration.filedriver_faults
        self.bytes_per_gib = self.configuration.filedriver_bytes_per_gib

    def do_setup(self, context):
        os.makedirs(self.root, exist_ok=True)
        os.makedirs(self.faults, exist_ok=True)

    def check_for_setup_error(self):
        if not os.access(self.root, os.W_OK):
            raise exception.VolumeBackendAPIException(data=self.root)

    def _update_volume_stats(self):
        name = self.configuration.safe_get('volume_backend_name') or 'file'
        # Thin and infinite, so that the scheduler never refuses: quotas are what tests are about.
        self._stats = {
            'volume_backend_name': name,
            'vendor_name': 'cinderkeep-live',
            'driver_version': self.VERSION,
            'storage_protocol': 'local',
            'pools': [{
                'pool_name': name,
                'total_capacity_gb': 'infinite',
                'free_capacity_gb': 'infinite',
                'reserved_percentage': 0,
                'QoS_support': False,
                'multiattach': False,
                'thin_provisioning_support': True,
                'backend_state': 'up',
            }],
        }

    # Files

    def _path(self, volume_or_snapshot):
        return os.path.join(self.root, volume_or_snapshot.name)

    def local_path(self, volume):
        return self._path(volume)

    def _copy(self, source, target):
        processutils.execute('cp', '--reflink=auto', '--sparse=always', source, target)

    def _grow(self, path, size_gib):
        wanted = size_gib * self.bytes_per_gib
        if os.path.getsize(path) < wanted:
            os.truncate(path, wanted)

    def _remove(self, volume_or_snapshot):
        try:
            os.remove(self._path(volume_or_snapshot))
        except FileNotFoundError:
            LOG.warning('file already gone: %s', volume_or_snapshot.name)

    # Volumes and snapshots

    def create_volume(self, volume):
        with open(self._path(volume), 'wb'):
            pass
        self._grow(self._path(volume), volume.size)

    def delete_volume(self, volume):
        self._remove(volume)

    def extend_volume(self, volume, new_size):
        self._grow(self._path(volume), new_size)

    def create_cloned_volume(self, volume, src_vref):
        self._copy(self._path(src_vref), self._path(volume))
        self._grow(self._path(volume), volume.size)

    def create_snapshot(self, snapshot):
        self._copy(self._path(snapshot.volume), self._path(snapshot))

    def delete_snapshot(self, snapshot):
        self._remove(snapshot)

    def create_volume_from_snapshot(self, volume, snapshot):
        self._copy(self._path(snapshot), self._path(volume))
        self._grow(self._path(volume), volume.size)

    # Connections

    def _fault(self, fault, volume):
        name = volume.display_name or ''
        if name == 'smoke':
            return None
        ids = [volume.id, name.removeprefix(CLONE_PREFIX)] if name.startswith(CLONE_PREFIX) else [volume.id]
        for path in ['%s.%s' % (fault, i) for i in ids] + [fault]:
            try:
                with open(os.path.join(self.faults, path)) as f:
                    return f.read().strip() or '1'
            except FileNotFoundError:
                continue
        return None

    def ensure_export(self, context, volume):
        pass

    def create_export(self, context, volume, connector):
        pass

    def remove_export(self, context, volume):
        pass

    def initialize_connection(self, volume, connector, **kwargs):
        error = self._fault('attach_error', volume)
        if error:
            raise exception.VolumeBackendAPIException(data=error)
        delay_seconds = self._fault('attach_delay', volume)
        if delay_seconds:
            # Tells whoever waits for it that the work has begun.
            open(os.path.join(self.faults, 'delayed.' + volume.id), 'w').close()
            time.sleep(float(delay_seconds))  # patched by eventlet: other requests go on
        path = self._path(volume)
        if not os.path.exists(path):
            raise exception.VolumeBackendAPIException(data='no file ' + path)
        return {'driver_volume_type': 'local', 'data': {'device_path': path}}

    def terminate_connection(self, volume, connector, **kwargs):
        # cinder-backup restores with open(path, 'wb'), which truncates a file as it would not a device.
        try:
            self._grow(self._path(volume), volume.size)
        except FileNotFoundError:
            LOG.warning('file already gone: %s', volume.name)
