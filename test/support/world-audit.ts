import { type BackupRecord, isOpen } from '../../lambdas/domain/backup-record.ts';
import { hasSucceeded } from '../../lambdas/domain/retry.ts';
import type { BackupRow } from '../../local/embedded-cloud/state/rows.ts';
import type { World } from './world.ts';

const APART_S = 2;

/**
 * What must hold whenever nothing is under way: every backup of ours has its record and every record that claims one has its backup, one
 * good backup for each slot of each volume, no two of a volume within two seconds, whole chains, nothing left over.
 *
 * @returns what is wrong, in words; empty when all is well.
 */
export async function audit(
  world: Pick<World, 'records' | 'control'>,
  options: { readonly mayBeOpen?: boolean } = {},
): Promise<string[]> {
  const records = await world.records();
  const rows = world.control.backups().filter((row) => row.name?.startsWith('ck-'));
  const open = options.mayBeOpen === true ? [] : records.filter(isOpen);
  return [
    ...open.map((record) => `open: ${record.name} is ${record.state}: ${record.reason}`),
    ...orphans(records, rows),
    ...missing(records, rows),
    ...twins(rows),
    ...crowded(rows),
    ...brokenChains(rows, world.control.backups()),
    ...leftSnapshots(world),
    ...volumesHeld(world),
  ];
}

/** The (policy, slot, volume)s that were taken up and have not got their one good backup, as `policy slot volume: states`. */
export async function unservedSlots(
  world: Pick<World, 'records'>,
  options: { readonly mayBeSuperseded?: boolean } = {},
): Promise<string[]> {
  const bySlot = Map.groupBy(
    await world.records(),
    ({ policy, slotAt, volume }) => `${policy} ${slotAt.toISOString()} ${volume.name}`,
  );
  const isSuperseded = ({ reason }: BackupRecord) => reason?.startsWith('superseded') === true;
  return [...bySlot]
    .filter(([, attempts]) => attempts.filter(hasSucceeded).length !== 1)
    .filter(([, attempts]) => options.mayBeSuperseded !== true || !attempts.some(isSuperseded))
    .map(([slot, attempts]) => `${slot}: ${attempts.map(({ state }) => state).join(', ')}`);
}

function orphans(records: readonly BackupRecord[], rows: readonly BackupRow[]): string[] {
  const known = new Map(records.map((record) => [record.backupId, record]));
  return rows.flatMap((row) => {
    const record = known.get(row.id);
    if (record === undefined) return [`orphan: ${row.name} (${row.status}) has no record`];
    const fits = row.status === 'available' ? record.state === 'available' : isOpen(record);
    return fits ? [] : [`mismatch: ${row.name} is ${row.status}, its record ${record.state}`];
  });
}

function missing(records: readonly BackupRecord[], rows: readonly BackupRow[]): string[] {
  const ids = new Set(rows.map((row) => row.id));
  return records
    .filter((record) => record.state === 'available' && !ids.has(record.backupId ?? ''))
    .map((record) => `missing: ${record.name} is not in the cloud`);
}

/** Good backups of one slot and volume, whatever their attempt. */
function twins(rows: readonly BackupRow[]): string[] {
  const seen = new Map<string, string>();
  return rows.flatMap((row) => {
    if (row.status !== 'available') return [];
    const slot = row.name?.replace(/-\d+-([0-9a-f]{16})$/, '-$1') ?? '';
    const other = seen.get(slot);
    seen.set(slot, row.name ?? '');
    return other === undefined ? [] : [`twice: ${row.name} and ${other}`];
  });
}

function crowded(rows: readonly BackupRow[]): string[] {
  const byVolume = Map.groupBy(rows, (row) => row.volume_id);
  return [...byVolume.values()].flatMap((ofVolume) => {
    const stamps = ofVolume.map((row) => row.data_timestamp ?? row.created_at).sort((a, b) => a - b);
    return stamps
      .filter((stamp, index) => stamp - (stamps[index - 1] ?? Number.NEGATIVE_INFINITY) < APART_S)
      .map((stamp) => `crowded: two backups of ${ofVolume[0]?.volume_name} at ${stamp}`);
  });
}

function brokenChains(rows: readonly BackupRow[], all: readonly BackupRow[]): string[] {
  const ids = new Set(all.map((row) => row.id));
  return rows
    .filter((row) => row.parent_id !== null && !ids.has(row.parent_id))
    .map((row) => `broken: the parent of ${row.name} is gone`);
}

function leftSnapshots({ control }: Pick<World, 'control'>): string[] {
  return control
    .snapshots()
    .filter((row) => row.name?.startsWith('ck-') && row.status !== 'deleting')
    .map((row) => `left: snapshot ${row.name} is ${row.status}`);
}

function volumesHeld({ control }: Pick<World, 'control'>): string[] {
  return control
    .volumes()
    .filter((row) => row.status === 'backing-up')
    .map((row) => `held: volume ${row.name} is still ${row.status}`);
}
