import type { VolumeId } from '../../domain/backup.ts';
import type { BackupRecord, RecordState } from '../../domain/backup-record.ts';
import { createJob, type Job, jobKey } from './job.ts';

/** A leftover goes before a new backup, a new backup before an expired one. */
const TURN: Partial<Record<RecordState, number>> = { creating: 0, clearing: 1, waiting: 2, deleting: 3 };

/** All work on one volume; one job of it at a time. */
interface Lane {
  readonly jobs: Job[];
  busy: Job | undefined;
  isQueued: boolean;
}

/**
 * What is to be done in one cloud, one operation per volume at a time: Cinder takes no lock between choosing a parent and
 * checking for dependents, so creating and deleting on one volume must exclude each other here.
 *
 * Volumes take turns in the order in which their work arrived; stuck jobs block nothing and are kept apart.
 */
export class WorkQueue {
  readonly #jobs = new Map<string, Job>();
  readonly #lanes = new Map<VolumeId, Lane>();
  #ready: VolumeId[] = [];
  #readyFrom = 0;
  /** Lanes in which every job has to wait for an instant. */
  readonly #deferred = new Set<VolumeId>();
  readonly #busy = new Set<Job>();
  readonly #stuck = new Set<Job>();

  /** Takes up an open record; one that is known already is left as it is. */
  add(record: BackupRecord, now: Date): void {
    const key = jobKey(record);
    if (this.#jobs.has(key)) return;
    const job = createJob(record, now);
    this.#jobs.set(key, job);
    if (record.state === 'stuck') {
      this.#stuck.add(job);
      return;
    }
    const lane = this.#laneOf(record.volumeId);
    lane.jobs.push(job);
    lane.jobs.sort(compareTurn);
    // What the catalog calls creating may be under way in the cloud: the volume is taken.
    if (job.phase === 'unseen' && lane.busy === undefined) this.#occupy(lane, job);
    else this.#queue(record.volumeId, lane);
  }

  /** The next job whose turn has come; its volume is busy until `release`, `defer`, `finish` or `setStuck`. */
  next(now: Date): Job | undefined {
    while (this.#readyFrom < this.#ready.length) {
      const volumeId = this.#ready[this.#readyFrom++] as VolumeId;
      const lane = this.#lanes.get(volumeId);
      if (lane === undefined) continue;
      lane.isQueued = false;
      if (lane.busy !== undefined) continue;
      const job = lane.jobs.find((each) => isDue(each, now) && !mustWaitFor(each, lane));
      if (job !== undefined) {
        this.#occupy(lane, job);
        return job;
      }
      if (lane.jobs.length > 0) this.#deferred.add(volumeId);
    }
    this.#ready = [];
    this.#readyFrom = 0;
    return undefined;
  }

  /** Brings back the volumes that waited for an instant which has come. */
  wake(now: Date): void {
    for (const volumeId of this.#deferred) {
      const lane = this.#lanes.get(volumeId);
      if (lane === undefined || lane.jobs.some((job) => isDue(job, now) && !mustWaitFor(job, lane))) {
        this.#deferred.delete(volumeId);
        if (lane !== undefined) this.#queue(volumeId, lane);
      }
    }
  }

  /** The earliest instant at which a deferred job is due. */
  nextWakeAt(): Date | undefined {
    let earliest: Date | undefined;
    for (const volumeId of this.#deferred) {
      const lane = this.#lanes.get(volumeId);
      for (const job of lane?.jobs ?? []) {
        const { retryAt } = job;
        if (retryAt === undefined || (earliest !== undefined && retryAt >= earliest)) continue;
        if (lane !== undefined && !mustWaitFor(job, lane)) earliest = retryAt;
      }
    }
    return earliest;
  }

  /** Nothing is under way for the job any more; it is tried again at `retryAt`. */
  defer(job: Job, retryAt: Date): void {
    job.phase = 'idle';
    job.retryAt = retryAt;
    this.#vacate(job);
  }

  /** Nothing remains to be done for the job. */
  finish(job: Job): void {
    this.#jobs.delete(jobKey(job.record));
    this.#stuck.delete(job);
    const lane = this.#lanes.get(job.record.volumeId);
    const at = lane?.jobs.indexOf(job) ?? -1;
    if (at >= 0) lane?.jobs.splice(at, 1);
    this.#vacate(job);
  }

  /** The job of this record, as it is by now, out of the queue; undefined when something is under way for it. */
  takeOut(record: BackupRecord, now: Date): Job | undefined {
    const known = this.#jobs.get(jobKey(record));
    if (known !== undefined && known.phase !== 'idle') return undefined;
    if (known !== undefined) this.finish(known);
    return createJob(record, now);
  }

  /** The job goes on in another state of its record: it takes its turn again. */
  requeue(job: Job): void {
    job.phase = 'idle';
    const lane = this.#laneOf(job.record.volumeId);
    if (this.#stuck.delete(job)) lane.jobs.push(job);
    lane.jobs.sort(compareTurn);
    this.#vacate(job);
  }

  /** The cloud does not come back on it: it blocks nothing from now on. */
  setStuck(job: Job): void {
    const lane = this.#lanes.get(job.record.volumeId);
    const at = lane?.jobs.indexOf(job) ?? -1;
    if (at >= 0) lane?.jobs.splice(at, 1);
    this.#stuck.add(job);
    this.#vacate(job);
  }

  /** Another waiting job of the same policy and volume with a later slot makes this one needless. */
  findSuccessor(record: BackupRecord): Job | undefined {
    return this.#lanes
      .get(record.volumeId)
      ?.jobs.find(
        (job) =>
          job.record.policy === record.policy &&
          job.record.state === 'waiting' &&
          job.record.slotAt > record.slotAt,
      );
  }

  /** The next attempt at the same slot, if it has not begun. */
  findWaitingRetry(record: BackupRecord): Job | undefined {
    return this.#lanes
      .get(record.volumeId)
      ?.jobs.find(
        (job) => job.record.state === 'waiting' && isSameSlot(job.record, record) && job.phase === 'idle',
      );
  }

  has(record: BackupRecord): boolean {
    return this.#jobs.has(jobKey(record));
  }

  /** Jobs under way, in no particular order. */
  busy(): Iterable<Job> {
    return this.#busy;
  }

  stuck(): Iterable<Job> {
    return this.#stuck;
  }

  get busyCount(): number {
    return this.#busy.size;
  }

  /** Jobs that are neither under way nor stuck. */
  get waitingCount(): number {
    return this.#jobs.size - this.#busy.size - this.#stuck.size;
  }

  /** Volumes whose turn is not hindered by anything known, a few more at the most. */
  get readyCount(): number {
    return this.#ready.length - this.#readyFrom;
  }

  get waitingRecords(): readonly BackupRecord[] {
    return [...this.#jobs.values()]
      .filter((job) => !this.#busy.has(job) && !this.#stuck.has(job))
      .map((job) => job.record);
  }

  #laneOf(volumeId: VolumeId): Lane {
    let lane = this.#lanes.get(volumeId);
    if (lane === undefined) {
      lane = { jobs: [], busy: undefined, isQueued: false };
      this.#lanes.set(volumeId, lane);
    }
    return lane;
  }

  #queue(volumeId: VolumeId, lane: Lane): void {
    if (lane.busy !== undefined || lane.isQueued) return;
    if (lane.jobs.length === 0) {
      this.#lanes.delete(volumeId);
      return;
    }
    lane.isQueued = true;
    this.#deferred.delete(volumeId);
    this.#ready.push(volumeId);
  }

  #occupy(lane: Lane, job: Job): void {
    lane.busy = job;
    this.#busy.add(job);
  }

  #vacate(job: Job): void {
    this.#busy.delete(job);
    const lane = this.#lanes.get(job.record.volumeId);
    if (lane === undefined) return;
    if (lane.busy === job) lane.busy = undefined;
    // Two found in the cloud at once after a crash: the second takes the volume as soon as the first is done.
    const unseen = lane.busy === undefined ? lane.jobs.find((each) => each.phase === 'unseen') : undefined;
    if (unseen !== undefined) this.#occupy(lane, unseen);
    else this.#queue(job.record.volumeId, lane);
  }
}

function compareTurn(a: Job, b: Job): number {
  const byState = (TURN[a.record.state] ?? 9) - (TURN[b.record.state] ?? 9);
  if (byState !== 0) return byState;
  // Deletions, of leftovers too: dependents are newer than what they depend on. The rest: first come, first served.
  const byTime = stampOf(a) - stampOf(b);
  return a.record.state === 'deleting' || a.record.state === 'clearing' ? -byTime : byTime;
}

function stampOf({ record }: Job): number {
  return (record.dataTimestampAt ?? record.slotAt).getTime();
}

function isDue(job: Job, now: Date): boolean {
  return job.phase === 'idle' && (job.retryAt === undefined || job.retryAt <= now);
}

function isSameSlot(a: BackupRecord, b: BackupRecord): boolean {
  return a.policy === b.policy && a.slotAt.getTime() === b.slotAt.getTime();
}

/** A retry waits until what is left of the failed attempt is gone; a parent until its dependents' deletion is done. */
function mustWaitFor(job: Job, lane: Lane): boolean {
  const { record } = job;
  return lane.jobs.some((other) => {
    if (other === job) return false;
    if (record.state === 'waiting')
      return other.record.state === 'clearing' && isSameSlot(other.record, record);
    if (record.state === 'deleting') return other.record.state === 'deleting' && compareTurn(other, job) < 0;
    return false;
  });
}
