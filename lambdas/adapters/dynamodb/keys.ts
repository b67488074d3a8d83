import type { RecordKey } from '../../domain/backup-record.ts';
import type { RestoreKey } from '../../domain/restore-record.ts';
import { toInstantText } from './attributes.ts';

/**
 * Where an item stands in the table:
 *
 * | pk                      | sk                                | item                       |
 * |-------------------------|-----------------------------------|----------------------------|
 * | VOLUME#prod#3f29…       | SLOT#2026-11-23T02:30…Z#nightly#001 | a backup's record        |
 * | VOLUME#prod#3f29…       | RESTORE#20261123T091500.000Z-9f86…  | a restore of one of its backups |
 * | VOLUME#prod#3f29…       | VOLUME                            | the volume                 |
 * | ENDED#prod              | 2026-11-23T02:41…Z#9c1f…-17       | backups that ended together |
 * | POLICY#nightly          | SLOT#2026-11-23T02:30:00.000Z     | a slot                     |
 * | POLICY#nightly          | POLICY                            | the policy                 |
 * | CLOUD#prod              | CLOUD                             | the cloud                  |
 * | LEASE#work-prod         | LEASE                             | a lease                    |
 */
export interface ItemKey {
  readonly pk: string;
  readonly sk: string;
}

/** What the sort key of every record of a volume, and of every slot of a policy, begins with. */
export const SLOT_PREFIX = 'SLOT#';

/** What the sort key of every restore begins with. */
export const RESTORE_PREFIX = 'RESTORE#';
/** Before the instant in the index of work: sorts before every attempt at a backup. */
export const RESTORE_TURN = '! ';

const ATTEMPT_DIGITS = 3;

export function recordItemKey(key: RecordKey): ItemKey {
  const attempt = String(key.attempt).padStart(ATTEMPT_DIGITS, '0');
  return {
    pk: volumePartition(key.cloud, key.volumeId),
    sk: join('SLOT', toInstantText(key.slotAt), key.policy, attempt),
  };
}

export function volumePartition(cloud: string, volumeId: string): string {
  return join('VOLUME', cloud, volumeId);
}

export function volumeItemKey(cloud: string, volumeId: string): ItemKey {
  return { pk: volumePartition(cloud, volumeId), sk: 'VOLUME' };
}

export function restoreItemKey(key: RestoreKey): ItemKey {
  return { pk: volumePartition(key.cloud, key.volumeId), sk: join('RESTORE', key.id) };
}

export function endedPartition(cloud: string): string {
  return join('ENDED', cloud);
}

/** @param id tells those of one instant apart. */
export function endedItemKey(cloud: string, endedAt: Date, id: string): ItemKey {
  return { pk: endedPartition(cloud), sk: join(toInstantText(endedAt), id) };
}

export function policyPartition(policy: string): string {
  return join('POLICY', policy);
}

export function policyItemKey(policy: string): ItemKey {
  return { pk: policyPartition(policy), sk: 'POLICY' };
}

export function slotItemKey(policy: string, slotAt: Date): ItemKey {
  return { pk: policyPartition(policy), sk: join('SLOT', toInstantText(slotAt)) };
}

export function cloudItemKey(cloud: string): ItemKey {
  return { pk: join('CLOUD', cloud), sk: 'CLOUD' };
}

export function leaseItemKey(name: string): ItemKey {
  return { pk: join('LEASE', name), sk: 'LEASE' };
}

/** A `#` inside a piece would let two things share a key. */
function join(...pieces: readonly string[]): string {
  return pieces.map((piece) => piece.replaceAll('%', '%25').replaceAll('#', '%23')).join('#');
}
