import type { BackupRecord } from '../../domain/backup-record.ts';
import type { Coverage } from '../../domain/coverage.ts';
import type { Policy } from '../../domain/policy.ts';
import { policyOf } from '../../domain/prune-plan.ts';
import { formatMs } from '../describe-schedule.ts';
import type { Dependencies } from '../run.ts';
import type { ReportItem } from '../run-report.ts';
import type { PolicyCourse } from './policy-course.ts';
import type { FleetVolume } from './read-fleet.ts';

/** A volume that one of its policies does not cover. */
export interface Gap {
  readonly course: PolicyCourse;
  readonly volume: FleetVolume;
  readonly coverage: Exclude<Coverage, 'covered'>;
  /** The data timestamp of its newest good backup, on the cloud's clock. */
  readonly goodAt?: Date;
  readonly ageMs?: number;
}

type Outcome = Exclude<Coverage, 'covered'> | 'skipped';

/**
 * Says what is wrong and, from the volume's records in the catalog, why. They can also show that nothing is: that the policy has selected
 * the volume only since its last slot, or that it passes over volumes in use, as it says.
 */
export async function explainGap(gap: Gap, deps: Dependencies): Promise<ReportItem> {
  const { volume, course, coverage, goodAt } = gap;
  const { policy } = course;
  const records = coverage === 'new' ? [] : await readRecords(gap, deps);
  const outcome = excuse(gap, records) ?? coverage;
  return {
    outcome,
    isFailure: outcome === 'stale' || outcome === 'uncovered',
    cloud: policy.cloud,
    policy: policy.name,
    volumeId: volume.id,
    volumeName: volume.name,
    ...(goodAt !== undefined && { newestGoodAt: goodAt }),
    reason: describe(gap, outcome, records),
  };
}

/** Of the policy, under whatever name: oldest slot first. */
async function readRecords(
  { volume, course: { policy } }: Gap,
  { catalog, deployment }: Dependencies,
): Promise<readonly BackupRecord[]> {
  const records = await catalog.listVolumeRecords(policy.cloud, volume.id);
  return records.filter((record) => policyOf(record.policy, deployment.policies)?.name === policy.name);
}

function excuse({ coverage, course }: Gap, records: readonly BackupRecord[]): Outcome | undefined {
  const { policy, dueSlot } = course;
  if (coverage === 'new') return undefined;
  if (coverage === 'uncovered' && records.length === 0 && dueSlot?.state === 'recorded') return 'new';
  return isPassedOver(policy, dueSlot?.slotAt, records) ? 'skipped' : undefined;
}

/** Who gives an `rpo` wants to know, whatever the reason. */
function isPassedOver(
  { inUse, rpoMs }: Policy,
  slotAt: Date | undefined,
  records: readonly BackupRecord[],
): boolean {
  if (inUse !== 'skip' || rpoMs !== undefined) return false;
  const ofSlot = records.filter((record) => record.slotAt.getTime() === slotAt?.getTime());
  return ofSlot.some(({ state, reason = '' }) => state === 'skipped' && /in use/.test(reason));
}

function describe(gap: Gap, outcome: Outcome, records: readonly BackupRecord[]): string {
  const { goodAt, ageMs, course } = gap;
  const { policy, terms } = course;
  const what =
    goodAt === undefined || ageMs === undefined
      ? 'it has no good backup'
      : `its newest good backup is of ${goodAt.toISOString()}, ${formatMs(ageMs)} old`;
  if (outcome === 'skipped') return `${what}; it was in use, and the policy says inUse: skip`;
  if (outcome === 'new') {
    return gap.coverage === 'new'
      ? `${what}; no slot that it can be in has had its time yet`
      : `${what}; the policy has selected it only since its last slot`;
  }
  const wanted =
    policy.rpoMs === undefined
      ? `slot ${terms.dueSlotAt?.toISOString()} should have one by now`
      : `rpo is ${formatMs(policy.rpoMs)}`;
  return `${what}; ${wanted}${describeLast(records.at(-1), goodAt)}`;
}

function describeLast(record: BackupRecord | undefined, goodAt: Date | undefined): string {
  if (record === undefined) return '; no slot of the policy has met it';
  const slot = `; its slot ${record.slotAt.toISOString()}`;
  const because = record.reason === undefined ? '' : `: ${record.reason}`;
  switch (record.state) {
    case 'waiting':
      return `${slot} waits to be ${record.attempt > 1 ? `tried again (attempt ${record.attempt})` : 'started'}${because}`;
    case 'creating':
      return `${slot} is being made`;
    case 'stuck':
      return `${slot} is stuck`;
    case 'clearing':
    case 'failed':
      return `${slot} failed${because}`;
    case 'skipped':
      return `${slot} was skipped${because}`;
    case 'lost':
      return `; the backup of its slot ${record.slotAt.toISOString()} was deleted by someone else`;
    case 'deleting':
    case 'deleted':
      return `; the backup of its slot ${record.slotAt.toISOString()} was deleted${because}`;
    case 'available':
      return isKnownGood(record, goodAt)
        ? ''
        : `; the catalog has the backup of its slot ${record.slotAt.toISOString()} as good, but the cloud does not show it so`;
  }
}

function isKnownGood({ dataTimestampAt }: BackupRecord, goodAt: Date | undefined): boolean {
  return goodAt !== undefined && dataTimestampAt !== undefined && dataTimestampAt <= goodAt;
}
