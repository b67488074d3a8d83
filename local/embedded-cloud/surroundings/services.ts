import type { Answer, Call } from '../protocol/call.ts';
import { formatStamp } from '../protocol/cloud-text.ts';
import { FROM } from '../protocol/microversion.ts';
import { lastOf } from '../protocol/paging.ts';
import { authorize } from '../protocol/policy.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';

const HOSTS: Readonly<Record<string, string>> = {
  'cinder-backup': 'cinder-local',
  'cinder-scheduler': 'cinder-local',
  'cinder-volume': 'cinder-local@file',
};

/** `GET /os-services`, for administrators; says whether cinder-backup is up. */
export function listServices(call: Call): Answer {
  authorize(call, 'volume_extension:services:index');
  const [binary, host] = [lastOf(call.query, 'binary'), lastOf(call.query, 'host')];
  const services = Object.entries(HOSTS)
    .filter((entry) => (binary ?? entry[0]) === entry[0] && (host ?? entry[1]) === entry[1])
    .map((entry) => serviceView(call, ...entry));
  return { status: 200, body: { services } };
}

/** @see cinder/api/contrib/services.py ServiceController.index (Cinder 21.3.1) */
function serviceView(call: Call, binary: string, host: string): Record<string, unknown> {
  const isDown = binary === 'cinder-backup' && !call.cloud.isBackupServiceUp;
  const isVolumeService = binary === 'cinder-volume';
  return {
    binary,
    host,
    zone: 'nova',
    status: 'enabled',
    state: isDown ? 'down' : 'up',
    updated_at: formatStamp(toEpochSeconds(call.nowMs)),
    ...(call.version >= FROM.clusters && { cluster: null }),
    ...(isVolumeService && call.version >= FROM.backendState && { backend_state: 'up' }),
    disabled_reason: null,
    ...(isVolumeService && { replication_status: 'disabled', active_backend_id: null, frozen: false }),
  };
}
