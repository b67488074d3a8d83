import type { Policy } from '../../domain/policy.ts';
import { testSlotsOf } from '../../domain/restore-tests.ts';
import { latestSlot } from '../../domain/slot.ts';
import type { Dependencies } from '../run.ts';

/** What the catalog says of a policy's tests of restores. */
export interface TestCourse {
  /** When they began; absent: there was none yet. */
  readonly testedSince?: Date;
  /** The newest slot that should have been tested by now, and was not. */
  readonly missedAt?: Date;
}

const SLOT_LIMIT = 500;
/** What is triggered late is still on time. */
const TRIGGER_GRACE_MS = 300_000;

/** @param since slots before are nobody's; undefined: nobody knows yet that the policy's restores are to be tested. */
export async function readTestCourse(
  policy: Policy,
  since: Date | undefined,
  now: Date,
  { catalog }: Pick<Dependencies, 'catalog'>,
): Promise<TestCourse | undefined> {
  const { restoreTests, schedule, paused, name } = policy;
  if (restoreTests === undefined || paused) return undefined;
  const slots = await catalog.listSlots(testSlotsOf(name), SLOT_LIMIT);
  const testedSince = slots.at(-1)?.slotAt;
  const dueAt = latestSlot(
    restoreTests.schedule,
    new Date(now.getTime() - schedule.makeUpMs - TRIGGER_GRACE_MS),
  );
  const isTaken = slots.some(
    ({ slotAt, state }) => slotAt >= dueAt && (state === 'recorded' || state === 'paused'),
  );
  const isMissed = !isTaken && since !== undefined && dueAt > since;
  return { ...(testedSince && { testedSince }), ...(isMissed && { missedAt: dueAt }) };
}
