import type { Backup, VolumeId } from '../../domain/backup.ts';
import { readMarker } from '../../domain/marker.ts';
import type { Policy } from '../../domain/policy.ts';
import { policyOf } from '../../domain/prune-plan.ts';
import {
  findNewestGood,
  inspectChains,
  type RestoreChain,
  type VolumeBackups,
} from '../../domain/restore-chain.ts';
import { type RestoreRecord, restoreIdOf } from '../../domain/restore-record.ts';
import { newVolumeFor } from '../../domain/restore-target.ts';
import { pickAtRandom, scratchName, testRequestOf } from '../../domain/restore-tests.ts';
import type { Cloud } from '../ports.ts';
import { findFacts } from '../restore/find-facts.ts';
import { HOLD_MS, type RestorePlan } from '../restore/plan-restore.ts';
import { readVolumeBackups } from '../restore/read-volume-backups.ts';
import type { Dependencies } from '../run.ts';
import type { AskedTests } from './find-asked.ts';

export type TestPlan =
  | RestorePlan
  /** There is nothing that could be tested (yet), and that is no fault of any backup. */
  | { readonly outcome: 'skipped'; readonly volumeId: VolumeId; readonly reason: string };

/** Chooses the backup of a volume that is to be tested, and looks at everything that its restore needs; touches nothing. */
export async function planTest(
  volumeId: VolumeId,
  asked: AskedTests,
  cloud: Cloud,
  deps: Dependencies,
): Promise<TestPlan> {
  const view = await readVolumeBackups(cloud, volumeId, deps);
  const isMeant = (backup: Backup) => isOf(backup, asked.policy, deps);
  if (!view.backups.some(isMeant)) {
    return { outcome: 'skipped', volumeId, reason: `it has no backup ${describeOwner(asked.policy)}` };
  }
  const { chosen, warnings, reason } = choose(volumeId, view, asked, isMeant, cloud.now());
  if (chosen !== undefined) {
    const record = await toRecord(chosen, view, asked, cloud, deps);
    return { outcome: 'planned', record, chain: chosen, warnings };
  }
  const isFault =
    asked.tests.pick.kind === 'latest' && !view.backups.some((each) => isMeant(each) && isUnfinished(each));
  return { outcome: isFault ? 'refused' : 'skipped', volumeId, reason };
}

interface Choice {
  readonly chosen: RestoreChain | undefined;
  readonly warnings: readonly string[];
  /** Why none was chosen. */
  readonly reason: string;
}

/** @param now by the clock of the cloud, as its stamps are. */
function choose(
  volumeId: VolumeId,
  view: VolumeBackups,
  { tests, slotAt }: AskedTests,
  isMeant: (backup: Backup) => boolean,
  now: Date,
): Choice {
  const { pick } = tests;
  if (pick.kind === 'random') {
    const inspect = inspectChains(view);
    const sinceMs = now.getTime() - pick.withinMs;
    const good = view.backups
      .filter((backup) => isMeant(backup) && backup.dataTimestampAt.getTime() >= sinceMs)
      .flatMap(({ id }) => inspect(id) ?? [])
      .filter(({ obstacle }) => obstacle === undefined)
      .sort((a, b) => (a.backup.id < b.backup.id ? -1 : 1));
    const reason = `it has no good backup since ${new Date(sinceMs).toISOString()}`;
    return { chosen: pickAtRandom(good, slotAt, volumeId), warnings: [], reason };
  }
  const { chosen, passedOver } = findNewestGood(view, now, isMeant);
  const bad = passedOver.filter(({ backup }) => !isUnfinished(backup));
  const texts = bad.map(({ backup, obstacle }) => `backup ${backup.id} cannot be restored: ${obstacle}`);
  const reason = ['none of its backups can be restored', ...texts.slice(0, 3)].join('; ');
  return { chosen, warnings: texts, reason };
}

/** It is not there yet, or just going: no fault. */
function isUnfinished({ status }: Backup): boolean {
  return status === 'creating' || status === 'deleting';
}

function isOf(backup: Backup, policy: Policy | undefined, { deployment }: Dependencies): boolean {
  const marker = readMarker(backup, deployment.name);
  if (marker === undefined || policy === undefined) return marker !== undefined;
  return policyOf(marker.policy, deployment.policies)?.name === policy.name;
}

function describeOwner(policy: Policy | undefined): string {
  return policy === undefined ? 'of ours' : `of policy ${policy.name}`;
}

async function toRecord(
  { backup, needs }: RestoreChain,
  view: VolumeBackups,
  { policy, slotAt }: AskedTests,
  cloud: Cloud,
  deps: Dependencies,
): Promise<RestoreRecord> {
  const { deployment, clock } = deps;
  const source = await findFacts(backup, view.records, cloud, deps);
  const request = testRequestOf(policy?.name, slotAt);
  // The same for a slot and a volume whenever it is asked for, and whichever backup is the newest then: it is tested once.
  const id = restoreIdOf(slotAt, request, backup.volumeId);
  // Cinder will put the metadata of the original there; until then nobody is to take the volume for that.
  const { metadata: _of, ...target } = newVolumeFor(backup, source, {
    name: scratchName(deployment.name, id),
  });
  const owner = readMarker(backup, deployment.name)?.policy ?? '';
  const askedAt = clock.now();
  return {
    cloud: cloud.name,
    volumeId: backup.volumeId,
    id,
    purpose: 'test',
    state: 'waiting',
    request,
    backupId: backup.id,
    policy: policy?.name ?? policyOf(owner, deployment.policies)?.name ?? owner,
    dataTimestampAt: backup.dataTimestampAt,
    source,
    into: 'new',
    target,
    needs,
    heldUntil: new Date(askedAt.getTime() + HOLD_MS),
    attempt: 0,
    askedAt,
    version: 0,
  };
}
