import type { Call } from '../protocol/call.ts';
import { notFound } from '../protocol/errors.ts';
import { isVisible } from '../protocol/policy.ts';
import type { VolumeRow } from '../state/rows.ts';

/** @throws {Refusal} 404, also for a volume of another project. */
export function findVolume(call: Call, id: string): VolumeRow {
  const volume = call.cloud.volumes.get(id);
  if (volume === undefined || !isVisible(call, volume)) throw notFound('Volume', id);
  return volume;
}

/** The volume that the URL names. */
export function volumeOf(call: Call): VolumeRow {
  return findVolume(call, call.params[0] ?? '');
}
