import { type Backup, type BackupId, type BackupStatus, compareNewestFirst } from './backup.ts';

/**
 * How sure an inferred parent is. `certain`: no other listed backup can be it. `likely`: it is the one that Cinder's rule
 * picks. `unknown`: every backup that it could be may have been unavailable at the time, or none is listed.
 */
export type ParentConfidence = 'certain' | 'likely' | 'unknown';

/** A backup with what Cinder does not show: what it may be based on. */
export interface ChainLink {
  readonly backup: Backup;
  /** Its place in the result, from 0: parents come before their children. */
  readonly rank: number;
  /** The possible parents, likeliest first; empty for a full, and for an incremental whose parent is not listed. */
  readonly parents: readonly ChainLink[];
  /** Of the first of `parents`; `certain` for a full, which has none. */
  readonly confidence: ParentConfidence;
  /** The likeliest parents do not lead back to a full: the listing lacks one, or someone deleted it. Not restorable. */
  readonly isBroken: boolean;
  /** It and its likeliest ancestors, back to a full, are all `available`. */
  readonly isRestorable: boolean;
  /** The cloud says that something depends on it, and nothing listed does. */
  readonly hasUnknownDependent: boolean;
}

/**
 * Whether a backup of this status was once `available`: yes, no, or it cannot be told. An `error` is a failed creation or a failed
 * deletion alike; nothing comes to be restored but what is available.
 *
 * @see cinder/backup/manager.py BackupManager.delete_backup, cinder/backup/api.py API.restore
 */
const WAS_AVAILABLE: Readonly<Record<BackupStatus, 'yes' | 'no' | 'maybe'>> = {
  available: 'yes',
  restoring: 'yes',
  creating: 'no',
  deleting: 'maybe',
  error: 'maybe',
  error_deleting: 'maybe',
  unknown: 'maybe',
};

const NONE: readonly ChainLink[] = [];

type OpenLink = {
  -readonly [Key in keyof ChainLink]: ChainLink[Key];
} & {
  isOnlyChoice: boolean;
};

/**
 * Infers the chains of ONE volume from everything on it, foreign backups included.
 *
 * Cinder bases an incremental on the backup that is `available` and has the greatest data timestamp at that moment (ties: the
 * greater id); a backup of a snapshot only on one stamped strictly before the snapshot. As Cinder refuses to delete a parent, the
 * parent of a listed incremental is listed too. A candidate that may not have been available then leaves the next ones possible as well:
 * `F40 F39(error) i38 → i38 on F40, possibly on F39`.
 *
 * @param backups in any order, each id once; not modified.
 * @returns every backup, those created earlier first, so that parents come before their children.
 * @see cinder/backup/api.py API.create, API.delete
 */
export function inferChains(backups: readonly Backup[]): ReadonlyMap<BackupId, ChainLink> {
  const links: OpenLink[] = [];
  // What can be a parent of whatever is created next, greatest data timestamp last.
  const candidates: OpenLink[] = [];
  for (const backup of backups.toSorted(compareCreation)) {
    const link = openLink(backup, links.length);
    if (backup.isIncremental) linkParents(link, candidates);
    links.push(link);
    if (WAS_AVAILABLE[backup.status] !== 'no') addCandidate(candidates, link);
  }
  rateConfidence(links);
  return new Map(links.map((link) => [link.backup.id, link]));
}

/** Oldest first. Within one second a full goes before an incremental, as only the incremental can be the child. */
function compareCreation(a: Backup, b: Backup): number {
  const byTime = a.createdAt.getTime() - b.createdAt.getTime();
  if (byTime !== 0) return byTime;
  if (a.isIncremental !== b.isIncremental) return a.isIncremental ? 1 : -1;
  return compareNewestFirst(b, a);
}

function openLink(backup: Backup, rank: number): OpenLink {
  return {
    backup,
    parents: NONE,
    confidence: 'certain',
    isBroken: false,
    isRestorable: backup.status === 'available',
    hasUnknownDependent: backup.hasDependentBackups,
    rank,
    isOnlyChoice: false,
  };
}

/** Almost always at the end: backups are mostly stamped in the order of their creation. */
function addCandidate(candidates: OpenLink[], link: OpenLink): void {
  let index = candidates.length;
  while (index > 0 && compareNewestFirst((candidates[index - 1] as OpenLink).backup, link.backup) < 0)
    index -= 1;
  candidates.splice(index, 0, link);
}

function linkParents(link: OpenLink, candidates: readonly OpenLink[]): void {
  const eligible = countEligible(link.backup, candidates);
  const unsure: OpenLink[] = [];
  let sure: OpenLink | undefined;
  for (let index = eligible - 1; index >= 0 && sure === undefined; index -= 1) {
    const candidate = candidates[index] as OpenLink;
    if (wasSurelyAvailable(candidate.backup, link.backup)) sure = candidate;
    else unsure.push(candidate);
  }
  const parents = sure === undefined ? unsure : [sure, ...unsure];
  for (const parent of parents) parent.hasUnknownDependent = false;
  const [likeliest] = parents;
  link.parents = parents;
  link.confidence = sure === undefined ? 'unknown' : 'likely';
  link.isOnlyChoice = sure !== undefined && eligible === 1;
  link.isBroken = likeliest?.isBroken ?? true;
  link.isRestorable &&= likeliest?.isRestorable ?? false;
}

/** How many of the candidates, from the least data timestamp on, the child could be based on. */
function countEligible(child: Backup, candidates: readonly OpenLink[]): number {
  if (child.snapshotId === undefined) return candidates.length;
  const limit = child.dataTimestampAt.getTime();
  let [low, high] = [0, candidates.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((candidates[middle] as OpenLink).backup.dataTimestampAt.getTime() < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Creation times have whole seconds: what was created in the same one may have been too late. */
function wasSurelyAvailable(candidate: Backup, child: Backup): boolean {
  return (
    WAS_AVAILABLE[candidate.status] === 'yes' && candidate.createdAt.getTime() < child.createdAt.getTime()
  );
}

/**
 * A likely parent is certain when the cloud says that it has a dependent, and all incrementals created later have other parents for
 * certain. (If one created before it is that dependent, then the parent was available even earlier.) The flag counts successful
 * children only.
 *
 * @see cinder/backup/manager.py BackupManager._finish_backup
 */
function rateConfidence(links: readonly OpenLink[]): void {
  const explained = new Set<ChainLink>();
  let areLaterCertain = true;
  for (const link of links.toReversed()) {
    const [parent] = link.parents;
    if (!link.backup.isIncremental) continue;
    const isProven =
      areLaterCertain && parent !== undefined && !explained.has(parent) && isProvenByFlag(link, parent);
    if (parent !== undefined && (link.isOnlyChoice || isProven)) {
      link.confidence = 'certain';
      explained.add(parent);
    }
    areLaterCertain &&= link.confidence === 'certain';
  }
}

function isProvenByFlag({ backup, parents, confidence }: ChainLink, parent: ChainLink): boolean {
  return (
    parents.length === 1 &&
    confidence === 'likely' &&
    backup.status === 'available' &&
    parent.backup.hasDependentBackups
  );
}
