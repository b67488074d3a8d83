import type { Call } from '../protocol/call.ts';
import type { Exchange } from '../protocol/exchange.ts';
import { isObject, isTruthy } from '../protocol/schema.ts';
import type { VolumeRow } from '../state/rows.ts';
import type { FaultSubject } from './faults.ts';

/** What fault rules can tell a call by: its operation and path, and the volume that it is about. */
export function subjectOf(call: Call, exchange: Exchange): FaultSubject {
  const volumeId = volumeIdOf(call);
  const volume: VolumeRow | undefined = volumeId === undefined ? undefined : call.cloud.volumes.get(volumeId);
  const backup = isObject(call.body) ? call.body.backup : undefined;
  const row = call.cloud.backups.get(call.params[0] ?? '');
  return {
    operation: call.operation,
    method: exchange.method,
    path: exchange.path,
    volumeId,
    volumeName: volume?.name ?? row?.volume_name ?? undefined,
    incremental: isObject(backup) ? isTruthy(backup.incremental) : row && row.parent_id !== null,
  };
}

function volumeIdOf(call: Call): string | undefined {
  if (isObject(call.body)) {
    for (const name of ['backup', 'snapshot', 'restore']) {
      const inner = call.body[name];
      if (isObject(inner) && typeof inner.volume_id === 'string') return inner.volume_id;
    }
  }
  const id = call.params[0];
  if (id === undefined) return call.query.get('volume_id') ?? undefined;
  const { backups, snapshots, volumes } = call.cloud;
  return backups.get(id)?.volume_id ?? snapshots.get(id)?.volume_id ?? volumes.get(id)?.id;
}
