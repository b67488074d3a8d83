import type { VolumeId } from '../../domain/backup.ts';
import type { RestoreRecord } from '../../domain/restore-record.ts';
import { mapBounded } from '../map-bounded.ts';
import type { Cloud } from '../ports.ts';
import type { Dependencies } from '../run.ts';
import type { ReportBuilder } from '../run-report.ts';
import type { AskedTests } from './find-asked.ts';
import { findCandidates } from './find-candidates.ts';
import { planTest, type TestPlan } from './plan-test.ts';

const PLANS_AT_ONCE = 8;
/** So many volumes beyond those wanted are looked at for one that can be tested. */
const SPARE_LOOKS = 200;

export interface TestWork {
  readonly cloud: Cloud;
  /** Tests under way. */
  readonly open: readonly RestoreRecord[];
  /** The ids of volumes that the policy selects. */
  readonly selected: readonly VolumeId[];
  readonly deps: Dependencies;
  readonly report: ReportBuilder;
}

/** Plans the test of every volume that was asked for, or of as many as the policy says, in their turn. */
export function planTests(asked: AskedTests, work: TestWork): Promise<readonly TestPlan[]> {
  return asked.volumeIds === undefined
    ? planTurns(asked, work)
    : planGiven([...new Set(asked.volumeIds)], asked, work);
}

async function planGiven(
  volumeIds: readonly VolumeId[],
  asked: AskedTests,
  { cloud, open, deps }: TestWork,
): Promise<readonly TestPlan[]> {
  return mapBounded(volumeIds, PLANS_AT_ONCE, async (volumeId): Promise<TestPlan> => {
    const underWay = open.find((record) => record.volumeId === volumeId && isFor(record, asked));
    if (underWay !== undefined) return { outcome: 'joined', record: underWay };
    const plan = await planTest(volumeId, asked, cloud, deps);
    // Who asks for this volume is not to take silence for a proof.
    return plan.outcome === 'skipped' ? { ...plan, outcome: 'refused' } : plan;
  });
}

function isFor({ policy }: RestoreRecord, asked: AskedTests): boolean {
  return asked.policy === undefined || policy === asked.policy.name;
}

async function planTurns(asked: AskedTests, work: TestWork): Promise<readonly TestPlan[]> {
  const { cloud, deps, report } = work;
  const { volumeIds, count } = await findCandidates(work.selected, work.open, asked, cloud.name, deps);
  const plans: TestPlan[] = [];
  let plannedCount = 0;
  for (let at = 0; at < volumeIds.length && plannedCount < count; at = plans.length) {
    if (at >= count + SPARE_LOOKS) {
      report.warn(
        `policy ${asked.policy?.name}: of ${at} volumes ${plannedCount} have a backup to test; no more were looked at`,
      );
      break;
    }
    const next = volumeIds.slice(at, at + Math.min(PLANS_AT_ONCE, count - plannedCount));
    const looked = await mapBounded(next, PLANS_AT_ONCE, (volumeId) =>
      planTest(volumeId, asked, cloud, deps),
    );
    plans.push(...looked);
    plannedCount += looked.filter(({ outcome }) => outcome === 'planned').length;
  }
  return plans;
}
