import type { Backup, BackupId, VolumeId } from '../../domain/backup.ts';
import { type ChainView, createChainView, type VolumeChain } from '../../domain/chain-view.ts';
import { readMarker } from '../../domain/marker.ts';
import type { Cloud } from '../ports.ts';

/** A change behind our back that no later list shows, a deletion, is noticed after so long. */
const READ_AGAIN_MS = 3_600_000;
/** Stamps have whole seconds, and a list is read while things go on. */
const OVERLAP_MS = 60_000;

/** The chains of a whole project: read in one walk, then kept current by what this run makes and what its looks show. */
export interface Chains {
  chainOf(volumeId: VolumeId): VolumeChain | undefined;
  /** A backup that this run made and saw `available`. */
  noteMade(backup: Backup): void;
  /** What was met in a list counts if it came, or became available, after the walk: so others' backups are noticed. */
  noteListed(backups: readonly Backup[]): void;
}

/** What a process has read of a project, kept for its next runs. */
interface Reading {
  readonly deployment: string;
  readonly view: ChainView;
  readonly readAt: Date;
  /** Everything that was created before is in the view, but for the unfinished. */
  completeUntil: Date;
  readonly unfinished: Map<BackupId, Date>;
  isStale: boolean;
}

const readings = new WeakMap<Cloud, Reading>();

/** Reads every backup of the project; a failed page throws, so that nothing is decided on a partial view. */
export async function readChains(cloud: Cloud, deployment: string): Promise<Pick<Chains, 'chainOf'>> {
  const reading = openReading(cloud, deployment);
  await readAll(reading, cloud, () => false);
  return toChains(reading);
}

/**
 * The same for a worker, which may be `isOver` before the end is reached: then undefined. Of a project that this process has read
 * within the hour only what is new is read.
 */
export async function openChains(
  cloud: Cloud,
  deployment: string,
  isOver: () => boolean,
): Promise<Chains | undefined> {
  const known = readings.get(cloud);
  if (isUsable(known, deployment, cloud.now())) {
    return (await catchUp(known, cloud, isOver)) ? toChains(known) : undefined;
  }
  const reading = openReading(cloud, deployment);
  if (!(await readAll(reading, cloud, isOver))) return undefined;
  readings.set(cloud, reading);
  return toChains(reading);
}

/** A backup is no longer in the cloud: if the next one would have been based on it, the project is read anew. */
export function noteGone(cloud: Cloud, volumeId: VolumeId, backupId: BackupId): void {
  const reading = readings.get(cloud);
  if (reading?.view.chainOf(volumeId)?.head?.backupId === backupId) reading.isStale = true;
}

function isUsable(known: Reading | undefined, deployment: string, now: Date): known is Reading {
  if (known === undefined || known.isStale || known.deployment !== deployment) return false;
  return now.getTime() - known.readAt.getTime() < READ_AGAIN_MS;
}

function openReading(cloud: Cloud, deployment: string): Reading {
  return {
    deployment,
    view: createChainView((backup) => readMarker(backup, deployment) !== undefined),
    readAt: cloud.now(),
    completeUntil: cloud.now(),
    unfinished: new Map(),
    isStale: false,
  };
}

async function readAll(reading: Reading, cloud: Cloud, isOver: () => boolean): Promise<boolean> {
  for await (const page of cloud.listBackups()) {
    for (const backup of page) {
      reading.view.observe(backup);
      if (backup.status === 'creating') reading.unfinished.set(backup.id, backup.createdAt);
    }
    if (isOver()) return false;
  }
  return true;
}

/** Newest first, down to what the former reading has whole. */
async function catchUp(reading: Reading, cloud: Cloud, isOver: () => boolean): Promise<boolean> {
  const begunAt = cloud.now();
  let fromMs = reading.completeUntil.getTime() - OVERLAP_MS;
  for (const createdAt of reading.unfinished.values()) fromMs = Math.min(fromMs, createdAt.getTime());
  const listed: Backup[] = [];
  for await (const page of cloud.listBackups()) {
    listed.push(...page);
    const oldest = page.at(-1);
    if (oldest !== undefined && oldest.createdAt.getTime() < fromMs) break;
    if (isOver()) return false;
  }
  noteListed(reading, listed);
  reading.completeUntil = begunAt;
  return true;
}

/** Oldest first: each is based on the one before, and a list begins with the newest. */
function noteListed(reading: Reading, backups: readonly Backup[]): void {
  for (const backup of backups.toSorted(byAge)) noteOne(reading, backup);
}

function byAge(a: Backup, b: Backup): number {
  return a.dataTimestampAt.getTime() - b.dataTimestampAt.getTime() || (a.id < b.id ? -1 : 1);
}

function noteOne(reading: Reading, backup: Backup): void {
  const isNew = backup.createdAt.getTime() > reading.completeUntil.getTime() - OVERLAP_MS;
  if (backup.status === 'creating') {
    if (isNew) reading.unfinished.set(backup.id, backup.createdAt);
    return;
  }
  const wasUnfinished = reading.unfinished.delete(backup.id);
  if ((isNew || wasUnfinished) && backup.status === 'available') reading.view.note(backup);
}

function toChains(reading: Reading): Chains {
  const { view } = reading;
  return {
    chainOf: (volumeId) => view.chainOf(volumeId),
    noteMade: (backup) => view.note(backup),
    noteListed: (backups) => noteListed(reading, backups),
  };
}
