import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../lambdas/app/work/job.ts';
import { WorkQueue } from '../../../../lambdas/app/work/work-queue.ts';
import type { BackupRecord, RecordState } from '../../../../lambdas/domain/backup-record.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const later = (ms: number) => new Date(NOW.getTime() + ms);

/** `2 waiting`: the slot of 02:00, waiting; on volume `v` unless given. */
function record(text: string, parts: Partial<BackupRecord> = {}): BackupRecord {
  const [hour, state] = text.split(' ') as [string, RecordState];
  const slotAt = new Date(`2026-11-23T0${hour}:00:00Z`);
  return {
    cloud: 'prod',
    volumeId: 'v',
    policy: 'nightly',
    slotAt,
    attempt: 1,
    state,
    name: text,
    trigger: 'schedule',
    volume: { name: 'vol', sizeGib: 1 },
    via: 'volume',
    recordedAt: slotAt,
    openedAt: slotAt,
    dataTimestampAt: slotAt,
    version: 1,
    ...parts,
  };
}

function queueOf(...records: readonly BackupRecord[]): WorkQueue {
  const queue = new WorkQueue();
  for (const each of records) queue.add(each, NOW);
  return queue;
}

/** Takes what is due and finishes it, until nothing is. */
function drain(queue: WorkQueue): string[] {
  const names: string[] = [];
  for (let job = queue.next(NOW); job !== undefined; job = queue.next(NOW)) {
    names.push(job.record.name);
    queue.finish(job);
  }
  return names;
}

const take = (queue: WorkQueue, now = NOW) => queue.next(now) as Job;

describe('the turns on one volume', () => {
  it('are: leftovers newest first, then new backups oldest slot first, then deletions newest first', () => {
    const all = ['2 waiting', '1 deleting', '4 clearing', '6 clearing', '3 deleting', '5 waiting'];
    expect(drain(queueOf(...all.map((text) => record(text))))).toEqual([
      '6 clearing',
      '4 clearing',
      '2 waiting',
      '5 waiting',
      '3 deleting',
      '1 deleting',
    ]);
  });

  it('come one at a time, also for what arrives meanwhile', () => {
    const queue = queueOf(record('1 waiting'));
    const first = take(queue);
    queue.add(record('2 deleting'), NOW);
    expect(queue.next(NOW)).toBeUndefined();
    queue.finish(first);
    expect(take(queue).record.name).toBe('2 deleting');
  });

  it('wait for what an earlier process left in creating', () => {
    const queue = queueOf(record('1 creating'), record('2 waiting'));
    expect(queue.next(NOW)).toBeUndefined();
    const [left] = queue.busy();
    queue.finish(left as Job);
    expect(take(queue).record.name).toBe('2 waiting');
  });

  it('do not come to a retry before the leftover of its slot is gone, but to other slots', () => {
    const queue = queueOf(record('1 clearing'), record('1 waiting', { attempt: 2 }), record('2 waiting'));
    const leftover = take(queue);
    queue.defer(leftover, later(60_000));
    expect(drain(queue)).toEqual(['2 waiting']);
    expect(queue.nextWakeAt()).toEqual(later(60_000));
    queue.wake(later(60_000));
    queue.finish(take(queue, later(60_000)));
    expect(drain(queue)).toEqual(['1 waiting']);
  });

  it('do not come to a parent while the deletion of something newer is put off', () => {
    const queue = queueOf(record('1 deleting'), record('2 deleting'));
    queue.defer(take(queue), later(10_000));
    expect(queue.next(NOW)).toBeUndefined();
    expect(queue.nextWakeAt()).toEqual(later(10_000));
  });

  it('pass over what is stuck, which blocks nothing', () => {
    const queue = queueOf(record('1 waiting'), record('2 waiting'));
    const job = take(queue);
    queue.setStuck(job);
    expect(take(queue).record.name).toBe('2 waiting');
    expect([...queue.stuck()]).toEqual([job]);
  });
});

describe('a record', () => {
  it('is taken up once, however often it arrives', () => {
    const queue = queueOf(record('1 waiting'), record('1 waiting', { version: 7 }));
    expect(queue.waitingCount).toBe(1);
    expect(drain(queue)).toHaveLength(1);
  });

  it('that may not be started yet wakes its volume when it may', () => {
    const queue = queueOf(record('1 waiting', { notBeforeAt: later(30_000) }));
    expect(queue.next(NOW)).toBeUndefined();
    expect(queue.nextWakeAt()).toEqual(later(30_000));
    queue.wake(later(30_000));
    expect(take(queue, later(30_000)).record.name).toBe('1 waiting');
  });

  it('of another volume has turns of its own', () => {
    const queue = queueOf(record('1 waiting'), record('2 waiting', { volumeId: 'w' }));
    take(queue);
    expect(take(queue).record.volumeId).toBe('w');
    expect(queue.busyCount).toBe(2);
  });
});
