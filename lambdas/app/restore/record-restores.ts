import type { RestoreRecord } from '../../domain/restore-record.ts';
import { AlreadyRecordedError } from '../ports.ts';
import type { Dependencies } from '../run.ts';
import { claimTarget } from './claim-target.ts';
import { HOLD_MS, type RestorePlan } from './plan-restore.ts';

/** A claim without a record, which a crash can leave, is soon over. Whoever comes later than that is told by `beginRestore`. */
const CLAIM_MS = 20_000;

export interface RecordedRestores {
  readonly records: readonly RestoreRecord[];
  /** Their volume is another restore's, as of just now. */
  readonly refused: readonly RestorePlan[];
}

/**
 * Writes down what is to be restored before anything is touched: from then on it holds what it needs, its volume is no other restore's, and
 * whoever comes next can finish it.
 */
export async function recordRestores(
  plans: readonly RestorePlan[],
  deps: Pick<Dependencies, 'catalog' | 'clock'>,
): Promise<RecordedRestores> {
  const records: RestoreRecord[] = [];
  const refused: RestorePlan[] = [];
  for (const plan of plans) {
    if (plan.outcome === 'joined') records.push(plan.record);
    if (plan.outcome !== 'planned') continue;
    const isClaimed = await claimTarget(plan.record, CLAIM_MS, deps);
    if (!isClaimed) refused.push(plan);
    else records.push(await record(plan.record, deps));
  }
  return { records, refused };
}

async function record(
  restore: RestoreRecord,
  deps: Pick<Dependencies, 'catalog' | 'clock'>,
): Promise<RestoreRecord> {
  try {
    const saved = await deps.catalog.saveRestore(restore);
    await claimTarget(saved, HOLD_MS, deps);
    return saved;
  } catch (error) {
    // The same request at the same instant: it goes on under the record that is there.
    if (!(error instanceof AlreadyRecordedError)) throw error;
    return restore;
  }
}
