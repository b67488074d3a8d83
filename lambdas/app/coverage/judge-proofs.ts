import { judgeProof } from '../../domain/proof-coverage.ts';
import type { VolumeProof } from '../../domain/restore-record.ts';
import { formatMs } from '../describe-schedule.ts';
import { forEachBounded } from '../map-bounded.ts';
import type { Dependencies } from '../run.ts';
import type { ReportItem } from '../run-report.ts';
import type { FleetSight, PolicyJudgement } from './judge-volumes.ts';
import type { FleetVolume } from './read-fleet.ts';
import { RunOverError } from './run-over.ts';
import type { WorstItems } from './worst-items.ts';

const READS_AT_ONCE = 16;

/**
 * Judges by each policy that has tests of restores whether its volumes are proved to be restorable; one without a good backup has nothing
 * to prove. Asks the catalog about every volume of such a policy. What is not proved is counted in the judgements, and has an item.
 *
 * @throws {RunOverError}
 */
export async function judgeProofs(
  { volumes, goodBackupsOf, judgements, skewMs }: FleetSight,
  worst: WorstItems,
  deps: Dependencies,
  isTimeUp: () => boolean,
): Promise<void> {
  const findTested = ({ policies }: FleetVolume): PolicyJudgement[] =>
    policies.flatMap(({ name }) => judgements.get(name) ?? []).filter(({ course }) => course.tests);
  if (![...judgements.values()].some(({ course }) => course.tests)) return;
  await forEachBounded(volumes, READS_AT_ONCE, async (volume) => {
    if (isTimeUp()) throw new RunOverError('the catalog was asked about all volumes that are tested');
    const good = goodBackupsOf(volume.id);
    const owners = findTested(volume).filter(({ course }) => good?.has(course.policy.name));
    const [first] = owners;
    if (first === undefined) return;
    const { proof } = (await deps.catalog.getVolume(first.course.policy.cloud, volume.id)) ?? {};
    const createdAt = new Date(volume.createdMs - skewMs);
    for (const owner of owners) {
      const reason = describe(owner, { createdAt, ...(proof && { proof }) });
      if (reason === undefined) continue;
      owner.unprovedCount += 1;
      worst.add(toItem(owner, volume, reason));
    }
  });
}

/** undefined: there is nothing to complain of. */
function describe(
  { course }: PolicyJudgement,
  volume: { readonly createdAt: Date; readonly proof?: VolumeProof },
): string | undefined {
  const { policy, tests, terms } = course;
  if (policy.restoreTests === undefined || tests === undefined) return undefined;
  const { now } = terms;
  const judged = judgeProof(policy.restoreTests, { now, ...tests }, volume);
  if (judged === 'enough') return undefined;
  const { proof } = volume;
  const ago = (at: Date) => `${at.toISOString()}, ${formatMs(now.getTime() - at.getTime())} ago`;
  if (judged === 'failed' && proof !== undefined) {
    const { at, purpose, backupId, reason } = proof.last;
    const what = purpose === 'test' ? 'test of a restore' : 'restore';
    return `its last ${what}, of backup ${backupId} at ${ago(at)}, failed: ${reason ?? 'no reason was recorded'}`;
  }
  const last =
    proof?.provedAt === undefined
      ? 'it was never proved restorable'
      : `last proved at ${ago(proof.provedAt)}`;
  return `${last}; restoreTests.maxAge is ${formatMs(policy.restoreTests.maxAgeMs ?? 0)}`;
}

function toItem({ course }: PolicyJudgement, volume: FleetVolume, reason: string): ReportItem {
  const { name, cloud } = course.policy;
  const { id: volumeId, name: volumeName } = volume;
  return { outcome: 'unproved', isFailure: true, cloud, policy: name, volumeId, volumeName, reason };
}
