import type { Backup, VolumeId } from '../domain/backup.ts';
import type { Decision } from '../domain/decision.ts';
import { readPin } from '../domain/marker.ts';
import type { Policy } from '../domain/policy.ts';
import { type PlannedBackup, planPrune } from '../domain/prune-plan.ts';

/**
 * What a policy would decide on backups that are all taken for its own, their markers' pins respected. Nothing but its arguments
 * is looked at.
 *
 * @param backups of any number of volumes, in any order.
 * @returns one decision per backup, volume by volume, each in the order in which deletions are safe.
 */
export function explainRetention(policy: Policy, backups: readonly Backup[], now: Date): Decision[] {
  const byVolume = new Map<VolumeId, Backup[]>();
  for (const backup of backups) {
    const known = byVolume.get(backup.volumeId);
    if (known === undefined) byVolume.set(backup.volumeId, [backup]);
    else known.push(backup);
  }
  const policies = new Map([[policy.name, policy]]);
  return [...byVolume.values()].flatMap((ofVolume) =>
    planPrune({
      backups: ofVolume.map((backup) => toPlanned(backup, policy)),
      policies,
      now,
    }),
  );
}

function toPlanned(backup: Backup, { name }: Policy): PlannedBackup {
  const pin = readPin(backup);
  return { backup, policy: name, ...(pin !== undefined && { pin }) };
}
