import type { Policy } from '../../domain/policy.ts';
import { testSlotsOf } from '../../domain/restore-tests.ts';
import { latestSlot } from '../../domain/slot.ts';
import { notePolicy } from '../note-policy.ts';
import type { Dependencies } from '../run.ts';
import type { ReportBuilder } from '../run-report.ts';

/** How long after its instant a slot may be triggered and still be on time. */
const ON_TIME_MS = 300_000;

export interface DueTests {
  readonly policy: Policy;
  readonly slotAt: Date;
  readonly trigger: 'schedule' | 'makeUp';
}

/** The newest slot of the restore tests of a policy, if nothing has taken it and it is not too old to be made up. */
export async function findDueTests(policy: Policy, deps: Dependencies): Promise<DueTests | undefined> {
  const { restoreTests: tests, schedule, paused, name } = policy;
  if (tests === undefined || paused) return undefined;
  const nowMs = deps.clock.now().getTime();
  const slotAt = latestSlot(tests.schedule, deps.clock.now());
  const ageMs = nowMs - slotAt.getTime();
  const slots = testSlotsOf(name);
  if (ageMs > schedule.makeUpMs + ON_TIME_MS) return undefined;
  if (slotAt.getTime() <= (deps.recordedSlots.get(slots) ?? Number.NEGATIVE_INFINITY)) return undefined;
  const known = await deps.catalog.getSlot(slots, slotAt);
  if (known !== undefined && known.state !== 'recording') {
    deps.recordedSlots.set(slots, slotAt.getTime());
    return undefined;
  }
  // Slots from before anybody was to test are nobody's.
  const { since } = (await notePolicy(policy, deps)).restoreTests ?? {};
  if (since === undefined || slotAt < since) return undefined;
  return { policy, slotAt, trigger: ageMs <= ON_TIME_MS ? 'schedule' : 'makeUp' };
}

/**
 * Whether a slot is still to be tested: not if that was done, if the policy is paused, or if it is too old, which is reported. From then on
 * it is being recorded.
 */
export async function takeSlot(
  { policy, slotAt, trigger }: DueTests,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<boolean> {
  const { catalog, clock } = deps;
  const known = await catalog.getSlot(testSlotsOf(policy.name), slotAt);
  if (known !== undefined && known.state !== 'recording') return false;
  const now = clock.now();
  const slot = { policy: testSlotsOf(policy.name), slotAt, trigger, recordedAt: now };
  if (policy.paused) {
    await catalog.saveSlot({ ...slot, state: 'paused' });
    report.warn(
      `policy ${policy.name} is paused: its restore tests of ${slotAt.toISOString()} were passed over`,
    );
    return false;
  }
  if (now.getTime() - slotAt.getTime() > policy.schedule.makeUpMs + ON_TIME_MS) {
    const reason = 'the restore tests came later than makeUp allows';
    await catalog.saveSlot({ ...slot, state: 'missed', reason });
    const { name, cloud } = policy;
    report.add({ outcome: 'missed', isFailure: true, cloud, policy: name, slotAt, reason });
    return false;
  }
  await catalog.saveSlot({ ...slot, state: 'recording', recorder: deps.owner });
  return true;
}

/** All that is to be tested in a slot is in the catalog: whoever triggers it again has nothing to do. */
export async function closeSlot(
  { policy, slotAt, trigger }: DueTests,
  volumeCount: number,
  { catalog, clock, recordedSlots }: Dependencies,
): Promise<void> {
  const slots = testSlotsOf(policy.name);
  await catalog.saveSlot({
    policy: slots,
    slotAt,
    trigger,
    recordedAt: clock.now(),
    state: 'recorded',
    volumeCount,
  });
  recordedSlots.set(slots, slotAt.getTime());
}
