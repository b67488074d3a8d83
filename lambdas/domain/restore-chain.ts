import { type Backup, type BackupId, type BackupStatus, compareNewestFirst } from './backup.ts';
import { type ChainLink, inferChains, type ParentConfidence } from './backup-chain.ts';
import type { BackupRecord } from './backup-record.ts';

/** What a restore of a backup rests on. Cinder shows no parents: all of it is inferred. */
export interface RestoreChain {
  readonly backup: Backup;
  /** From the full to the backup itself, by the likeliest parents; as far as they lead. */
  readonly chain: readonly Backup[];
  /** The backup and everything that it may be based on. */
  readonly needs: readonly BackupId[];
  /** Of the least certain parent in the chain. */
  readonly confidence: ParentConfidence;
  /** Where the inference may be wrong, in words. */
  readonly doubts: readonly string[];
  /** Why it cannot be restored, in words; absent: as far as can be seen it can. */
  readonly obstacle?: string;
}

/** Everything on ONE volume. */
export interface VolumeBackups {
  /** Foreign ones too, each id once, in any order. */
  readonly backups: readonly Backup[];
  /** What the catalog remembers of them, and of backups that are gone. */
  readonly records: readonly BackupRecord[];
}

export interface NewestGood {
  readonly chosen: RestoreChain | undefined;
  /** Newer ones before the instant that cannot be restored, newest first. */
  readonly passedOver: readonly RestoreChain[];
}

/** A backup that is being restored can be read by others; only itself can be restored once at a time. */
const READABLE: ReadonlySet<BackupStatus> = new Set(['available', 'restoring']);
const CONFIDENCE = ['certain', 'likely', 'unknown'] as const;

/** What can be said of every backup of a volume with a view to its restore, found by id. */
export function inspectChains(volume: VolumeBackups): (id: BackupId) => RestoreChain | undefined {
  const links = inferChains(volume.backups);
  const records = new Map(volume.records.map((record) => [record.backupId, record]));
  return (id) => {
    const link = links.get(id);
    return link && inspectChain(link, links, records);
  };
}

/**
 * The newest backup that was made of the volume at the instant or before, is ours and can be restored.
 *
 * @param isOurs whether a backup has our marker.
 */
export function findNewestGood(
  volume: VolumeBackups,
  at: Date,
  isOurs: (backup: Backup) => boolean,
): NewestGood {
  const inspect = inspectChains(volume);
  const candidates = volume.backups
    .filter((backup) => backup.dataTimestampAt <= at && isOurs(backup))
    .sort(compareNewestFirst);
  const passedOver: RestoreChain[] = [];
  for (const { id } of candidates) {
    const found = inspect(id) as RestoreChain;
    if (found.obstacle === undefined) return { chosen: found, passedOver };
    passedOver.push(found);
  }
  return { chosen: undefined, passedOver };
}

type Links = ReadonlyMap<BackupId, ChainLink>;
type Records = ReadonlyMap<BackupId | undefined, BackupRecord>;

function inspectChain(link: ChainLink, links: Links, records: Records): RestoreChain {
  const walked: ChainLink[] = [];
  let next: ChainLink | undefined = link;
  while (next !== undefined) {
    walked.push(next);
    next = findParent(next, links, records);
  }
  const obstacle = findObstacle(walked, links, records);
  return {
    backup: link.backup,
    chain: walked.map(({ backup }) => backup).reverse(),
    needs: findNeeds(link, links, records),
    confidence: walked.map(({ confidence }) => confidence).reduce(leastCertain),
    doubts: walked.flatMap((each) => findDoubts(each, links, records)),
    ...(obstacle !== undefined && { obstacle }),
  };
}

/**
 * The likeliest parent. One whose status leaves open whether it was available in time comes after others in the inference; if it was
 * recorded as the parent when the child was made, then it was.
 */
function findParent(link: ChainLink, links: Links, records: Records): ChainLink | undefined {
  const [likeliest] = link.parents;
  const recorded = links.get(records.get(link.backup.id)?.parentId ?? '');
  if (likeliest === undefined || recorded === undefined) return likeliest;
  return compareNewestFirst(recorded.backup, likeliest.backup) < 0 ? recorded : likeliest;
}

/** @param walked the backup first, its likeliest full last. */
function findObstacle(walked: readonly ChainLink[], links: Links, records: Records): string | undefined {
  const [asked] = walked as [ChainLink];
  for (const link of walked) {
    const { backup } = link;
    if (!READABLE.has(backup.status)) {
      return link === asked
        ? `its status is ${backup.statusText}`
        : `it is based on ${nameBackup(backup)}, whose status is ${backup.statusText}`;
    }
    const missing = findMissingParent(link, links, records);
    if (missing !== undefined) {
      const which = link === asked ? 'it' : nameBackup(backup);
      return `${which} was based on backup ${missing}, as the catalog recorded when it was made, and that is no longer in the cloud`;
    }
  }
  const last = walked.at(-1) as ChainLink;
  if (!last.backup.isIncremental) return undefined;
  return `${last === asked ? 'it' : nameBackup(last.backup)} is an incremental, and no full is in the cloud that it could go back to`;
}

/**
 * The recorded parent, if it went behind our back. One that we deleted was nobody's parent, whatever the record says: the cloud refuses
 * to delete a backup that has dependents. Of one that we have no record of (any more) the same is likely.
 *
 * @see cinder/backup/api.py API.delete
 */
function findMissingParent({ backup }: ChainLink, links: Links, records: Records): BackupId | undefined {
  const parentId = backup.isIncremental ? records.get(backup.id)?.parentId : undefined;
  if (parentId === undefined || links.has(parentId)) return undefined;
  const state = records.get(parentId)?.state;
  return state === undefined || state === 'deleted' ? undefined : parentId;
}

function findNeeds(link: ChainLink, links: Links, records: Records): BackupId[] {
  const found = new Set<ChainLink>();
  const open = [link];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (found.has(next)) continue;
    found.add(next);
    open.push(...next.parents);
    const recorded = links.get(records.get(next.backup.id)?.parentId ?? '');
    if (recorded !== undefined) open.push(recorded);
  }
  return [...found].sort((a, b) => b.rank - a.rank).map(({ backup }) => backup.id);
}

function findDoubts(link: ChainLink, links: Links, records: Records): string[] {
  const parent = findParent(link, links, records);
  if (parent === undefined) return [];
  const which = nameBackup(link.backup);
  const recorded = links.get(records.get(link.backup.id)?.parentId ?? '');
  return [
    ...(link.confidence === 'unknown' && recorded !== parent ? [`what ${which} is based on is a guess`] : []),
    ...(recorded !== undefined && recorded !== parent
      ? [
          `${which} seems to be based on ${nameBackup(parent.backup)}, but was recorded as based on ${recorded.backup.id}`,
        ]
      : []),
    ...(link.backup.status === 'available' && !parent.backup.hasDependentBackups
      ? [
          `the cloud says that nothing is based on ${nameBackup(parent.backup)}, from which ${which} seems to come`,
        ]
      : []),
  ];
}

function leastCertain(a: ParentConfidence, b: ParentConfidence): ParentConfidence {
  return CONFIDENCE.indexOf(a) > CONFIDENCE.indexOf(b) ? a : b;
}

function nameBackup({ id, isIncremental, dataTimestampAt }: Backup): string {
  return `the ${isIncremental ? 'incremental' : 'full'} ${id} of ${dataTimestampAt.toISOString()}`;
}
