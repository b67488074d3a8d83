import type { Backup, VolumeId } from '../../domain/backup.ts';
import {
  createGoodBackupView,
  findGoodBackups,
  type GoodBackupSearch,
  type GoodBackups,
  type GoodBackupView,
  type OwnerOf,
} from '../../domain/good-backups.ts';
import { readMarker } from '../../domain/marker.ts';
import { policyOf } from '../../domain/prune-plan.ts';
import { mapBounded } from '../map-bounded.ts';
import type { Cloud } from '../ports.ts';
import type { Dependencies } from '../run.ts';
import { areListsCheaper } from '../volume-views.ts';
import { RunOverError } from './run-over.ts';

/** Two clocks never quite agree; what is dated later is of the future, and not good. */
const FUTURE_TOLERANCE_MS = 60_000;
const LISTS_AT_ONCE = 4;
const BEFORE = 'all backups were listed';

/** undefined: the volume was not looked for. */
export type GoodBackupLookup = (volumeId: VolumeId) => GoodBackups | undefined;

/**
 * The newest good backups of volumes, by one walk through the project's backups that ends as soon as all are found, or when those that are
 * still looked for cost less as lists of their own. A volume whose backups are not in the usual order, or whose chain lacks a full, has a
 * list of its own too.
 *
 * @param backupCount how many the project has.
 * @throws {RunOverError}
 */
export async function readGoodBackups(
  cloud: Cloud,
  searches: Iterable<GoodBackupSearch>,
  backupCount: number,
  deps: Dependencies,
  isTimeUp: () => boolean,
): Promise<GoodBackupLookup> {
  const ownerOf = createOwnerOf(deps);
  const latest = new Date(cloud.now().getTime() + FUTURE_TOLERANCE_MS);
  const view = createGoodBackupView(searches, ownerOf, latest);
  await walk(cloud, view, backupCount, isTimeUp);
  const listed = new Map<VolumeId, GoodBackups>();
  const others: VolumeId[] = [];
  for (const { volumeId } of searches) if (view.goodBackupsOf(volumeId) === undefined) others.push(volumeId);
  await mapBounded(others, LISTS_AT_ONCE, async (volumeId) => {
    if (isTimeUp()) throw new RunOverError(BEFORE);
    const backups: Backup[] = [];
    for await (const page of cloud.listBackups({ volumeId })) backups.push(...page);
    listed.set(volumeId, findGoodBackups(backups, ownerOf, latest));
  });
  return (volumeId) => view.goodBackupsOf(volumeId) ?? listed.get(volumeId);
}

async function walk(
  cloud: Cloud,
  view: GoodBackupView,
  backupCount: number,
  isTimeUp: () => boolean,
): Promise<void> {
  let seenCount = 0;
  const isDone = (openCount: number) =>
    openCount === 0 || areListsCheaper(openCount, backupCount - seenCount);
  if (isDone(view.countOpen())) return;
  for await (const page of cloud.listBackups()) {
    for (const backup of page) view.observe(backup);
    seenCount += page.length;
    const oldest = page.at(-1);
    if (oldest !== undefined && isDone(view.countOpen(oldest.createdAt))) return;
    if (isTimeUp()) throw new RunOverError(BEFORE);
  }
  view.finish();
}

function createOwnerOf({ deployment }: Dependencies): OwnerOf {
  const owners = new Map<string, string | undefined>();
  return (backup) => {
    const marker = readMarker(backup, deployment.name);
    if (marker === undefined) return undefined;
    const { policy } = marker;
    if (!owners.has(policy)) owners.set(policy, policyOf(policy, deployment.policies)?.name);
    return owners.get(policy);
  };
}
