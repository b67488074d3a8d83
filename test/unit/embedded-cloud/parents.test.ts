import { describe, expect, it } from 'vitest';
import { chooseParent } from '../../../local/embedded-cloud/backups/backup-parents.ts';
import type { BackupRow, Release, SnapshotRow } from '../../../local/embedded-cloud/embedded-cloud.ts';
import { compareNewestFirst } from '../../../local/embedded-cloud/state/newest-first.ts';
import { aCloud, NOON, refusal } from './a-cloud.ts';

/** `b3@20/15 creating`: backup b3 created at second 20 with the data of second 15; without `/`, the same second. */
function rows(history: string): BackupRow[] {
  return history
    .split(',')
    .filter((text) => text.trim() !== '')
    .map((text) => {
      const [, id, created, stamp, status] = /^\s*(\w+)@(\d+)(?:\/(\d+))?(?: (\w+))?\s*$/.exec(text) ?? [];
      const created_at = Number(created);
      return {
        id,
        created_at,
        data_timestamp: Number(stamp ?? created),
        status: status ?? 'available',
      } as BackupRow;
    })
    .sort(compareNewestFirst);
}

function parentOf(history: string, release: Release, snapshotAt?: number): string {
  const snapshot = snapshotAt === undefined ? undefined : ({ created_at: snapshotAt } as SnapshotRow);
  try {
    return chooseParent(rows(history), snapshot, release).id;
  } catch (error) {
    return (error as Error).message;
  }
}

const NONE = 'Invalid backup: No backups available to do an incremental backup.';
const NOT_AVAILABLE = 'Invalid backup: The parent backup must be available for incremental backup.';

describe('the parent of an incremental', () => {
  it.each<[string, string, number | undefined, string, string]>([
    ['is the newest by data, not the last full', 'a@1, b@2, c@3', undefined, 'c', 'c'],
    ['of one second is the greater id, not the later one', 'f@9, a@9', undefined, 'f', 'f'],
    ['of equal data is the one created later', 'f@9/5, a@10/5', undefined, 'a', 'a'],
    ["is not a snapshot's backup whose data is older", 'a@8, s@9/3', undefined, 'a', 'a'],
    ['dated in the future stays the parent', 'z@900, a@10', undefined, 'z', 'z'],
    ['none at all', '', undefined, NONE, NONE],
    ['in error blocks in Zed, is passed over later', 'a@1, b@2 error', undefined, NOT_AVAILABLE, 'a'],
    ['restoring blocks in Zed, is passed over later', 'a@1, b@2 restoring', undefined, NOT_AVAILABLE, 'a'],
    ['deleting blocks in Zed, is passed over later', 'a@1, b@2 deleting', undefined, NOT_AVAILABLE, 'a'],
    ['none available', 'a@1 error', undefined, NOT_AVAILABLE, NONE],
    ["of a snapshot's backup is older than the snapshot", 'a@1, b@5, c@9', 7, 'b', 'b'],
    ['of the very second of the snapshot does not count', 'a@1, b@7', 7, 'a', 'a'],
    ['is the newest of all when none is older than the snapshot', 'b@8, c@9', 7, 'c', 'c'],
    ['newer than the snapshot is not looked at in error', 'a@1, b@9 error', 7, 'a', 'a'],
  ])('%s', (_rule, history, snapshotAt, zed, latest) => {
    expect(parentOf(history, 'zed', snapshotAt)).toBe(zed);
    expect(parentOf(history, 'latest', snapshotAt)).toBe(latest);
  });

  it('is looked for among the backups of the own project only', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    await cloud.ask('POST', '/backups', { as: 'cloudadmin', body: { backup: { volume_id: volumeId } } });
    cloud.pass(5);
    const got = await cloud.ask('POST', '/backups', {
      body: { backup: { volume_id: volumeId, incremental: true } },
    });
    expect(refusal(got)).toBe(`400 ${NONE}`);
  });

  it('may be a foreign backup, and chains grow incremental on incremental, across containers', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const foreign = cloud.control.addForeignBackup({ volumeId, name: 'by hand' });
    cloud.pass(2);
    const one = await cloud.backUp(volumeId, { incremental: true, container: 'a' });
    const two = await cloud.backUp(volumeId, { incremental: true, container: 'b' });
    expect(cloud.rowOf(one).parent_id).toBe(foreign);
    expect(cloud.rowOf(two).parent_id).toBe(one);
  });

  it("gives a snapshot's backup the snapshot's time, so that it sorts before what came after the snapshot", async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const full = await cloud.backUp(volumeId);
    const made = await cloud.ask('POST', '/snapshots', { body: { snapshot: { volume_id: volumeId } } });
    cloud.pass(10);
    const after = await cloud.backUp(volumeId, { incremental: true });
    const fromSnapshot = await cloud.backUp(volumeId, {
      incremental: true,
      snapshot_id: made.body.snapshot.id,
    });
    const next = await cloud.backUp(volumeId, { incremental: true });
    expect(cloud.rowOf(fromSnapshot).parent_id).toBe(full);
    expect(cloud.rowOf(next).parent_id).toBe(after);
    const shown = await cloud.ask('GET', `/backups/${fromSnapshot}`);
    expect(shown.body.backup.data_timestamp).toBe(made.body.snapshot.created_at);
  });

  it('of one second forks the chain', async () => {
    const cloud = await aCloud();
    const volumeId = cloud.control.addVolume();
    const at = new Date(NOON);
    const [low, high] = ['10000000-0000-4000-8000-000000000000', 'f0000000-0000-4000-8000-000000000000'];
    cloud.control.addForeignBackup({ id: high, volumeId, createdAt: at });
    cloud.control.addForeignBackup({ id: low, volumeId, createdAt: at, parentId: high });
    cloud.pass(5);
    const next = await cloud.backUp(volumeId, { incremental: true });
    expect(cloud.rowOf(next).parent_id).toBe(high);
  });
});
