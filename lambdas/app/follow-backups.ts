import type { BackupRecord, SlotRecord } from '../domain/backup-record.ts';
import type { Policy } from '../domain/policy.ts';
import { latestSlot, slotsBetween } from '../domain/slot.ts';
import { notePolicy } from './note-policy.ts';
import { recordSlot } from './record-slot.ts';
import { workRestores } from './restore/work-restores.ts';
import type { Dependencies, Run } from './run.ts';
import { collectFailure, ReportBuilder, type RunReport } from './run-report.ts';
import { workCloud } from './work/work-cloud.ts';

/** How long after the end of a slot's window its own trigger may take before the slot counts as missed. */
const TRIGGER_GRACE_MS = 300_000;
/** A recording without a sign of life for so long has come to a halt. */
const HALT_MS = 120_000;
/** Missed slots are recorded one by one up to so many; a pause of a year is said in one sentence. */
const MISSED_LIMIT = 100;

export interface FollowOptions {
  /** How long after its instant a slot is left to its own trigger. By default the policy's window and some grace. */
  readonly slotDelayMs?: (policy: Policy) => number;
  /** Whether it stays until restores have ended; by default it takes each as far as it goes now and leaves the rest to the next run. */
  readonly waitsForRestores?: boolean;
}

/**
 * The worker: follows everything in flight, starts what waits, retries what failed, goes on with restores that nobody else is at, and
 * makes up the newest slot of each policy that nothing triggered. With nothing to do it asks the catalog one small question per cloud.
 */
export async function followBackups(
  run: Run,
  deps: Dependencies,
  options: FollowOptions = {},
): Promise<RunReport> {
  const report = new ReportBuilder('follow-backups', run.startedAt);
  const slotDelayMs =
    options.slotDelayMs ?? ((policy: Policy) => policy.schedule.windowMs + TRIGGER_GRACE_MS);
  const restoring: Run = { ...run, waits: options.waitsForRestores === true };
  await Promise.all(
    [...deps.deployment.clouds.keys()].map((cloud) =>
      followCloud(cloud, run, restoring, deps, report, slotDelayMs),
    ),
  );
  return report.finish(deps.clock.now());
}

/**
 * Clouds go side by side: none waits for another's slots to be recorded, or for its work. Restores go beside the backups, once in a run.
 */
async function followCloud(
  cloud: string,
  run: Run,
  restoring: Run,
  deps: Dependencies,
  report: ReportBuilder,
  slotDelayMs: (policy: Policy) => number,
): Promise<void> {
  const seeds: BackupRecord[] = [];
  for (const policy of deps.deployment.policies.values()) {
    if (policy.cloud !== cloud) continue;
    await collectFailure(report, { policy: policy.name, cloud }, async () => {
      for (const record of await takeUpSlots(policy, run, deps, report, slotDelayMs(policy)))
        seeds.push(record);
    });
  }
  let restores: Promise<void> | undefined;
  const onRestores = () => {
    restores ??= collectFailure(report, { cloud }, () => workRestores(cloud, restoring, deps, report));
  };
  await collectFailure(report, { cloud }, () =>
    workCloud(cloud, run, deps, report, { seeds, standsBy: !run.waits, onRestores }),
  );
  await restores;
}

/**
 * Takes up the newest slot that is past its delay and that nothing has recorded, or one whose recording has come to a halt; answers what
 * is to be started.
 */
async function takeUpSlots(
  policy: Policy,
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
  delayMs: number,
): Promise<readonly BackupRecord[]> {
  const { schedule } = policy;
  const now = deps.clock.now();
  const knownMs = deps.recordedSlots.get(policy.name) ?? Number.NEGATIVE_INFINITY;
  if (knownMs >= latestSlot(schedule, now).getTime()) return [];

  const newest = latestSlot(schedule, new Date(now.getTime() - delayMs));
  const newestKnown = await findNewestKnown(policy, newest, deps);
  const halted = newestKnown?.state === 'recording' ? newestKnown : undefined;
  if (newestKnown !== undefined && newestKnown.slotAt >= newest) {
    if (halted === undefined) deps.recordedSlots.set(policy.name, newestKnown.slotAt.getTime());
    if (halted === undefined || !hasHalted(halted, deps)) return [];
  }
  const since = newestKnown?.slotAt ?? (await firstSight(policy, deps));
  const missed = [...slotsBetween(schedule, since, newest)];
  if (halted !== undefined) missed.unshift(halted.slotAt);
  if (missed.length === 0) {
    deps.recordedSlots.set(policy.name, newest.getTime());
    return [];
  }
  await recordMissed(policy, missed.slice(0, -1), deps, report);
  const slot = missed.at(-1) as Date;
  const isOnTime = now.getTime() - slot.getTime() <= schedule.windowMs + TRIGGER_GRACE_MS;
  const trigger = isOnTime ? 'schedule' : 'makeUp';
  return recordSlot({ policy, slotAt: slot, trigger }, run, deps, report);
}

/** Whoever records a slot says so with each page of volumes. What this process began in a former life it does not do now. */
function hasHalted({ recordedAt, recorder, isInterrupted }: SlotRecord, deps: Dependencies): boolean {
  const silentMs = deps.clock.now().getTime() - recordedAt.getTime();
  return isInterrupted === true || recorder === deps.owner || silentMs >= HALT_MS;
}

/** The newest slot of the schedule that the catalog knows. */
async function findNewestKnown(
  { name, schedule }: Policy,
  newest: Date,
  { catalog }: Dependencies,
): Promise<SlotRecord | undefined> {
  const [last] = await catalog.listSlots(name, 1);
  if (last === undefined || last.trigger !== 'manual') return last;
  const known = await catalog.listSlots(name, MISSED_LIMIT);
  const scheduled = known.find((slot) => slot.trigger !== 'manual');
  if (scheduled !== undefined || known.length < MISSED_LIMIT) return scheduled;
  // Backups by hand fill the list: the slots are asked for one by one.
  let slotAt = newest;
  for (let asked = 0; asked < MISSED_LIMIT; asked += 1) {
    const slot = await catalog.getSlot(name, slotAt);
    if (slot !== undefined) return slot;
    slotAt = latestSlot(schedule, new Date(slotAt.getTime() - 1));
  }
  return undefined;
}

/** Slots before a policy existed are nobody's. */
async function firstSight(policy: Policy, deps: Dependencies): Promise<Date> {
  return (await notePolicy(policy, deps)).firstSeenAt;
}

/** Only the newest missed slot is made up: nobody wants the flood of the others. */
async function recordMissed(
  policy: Policy,
  slots: readonly Date[],
  deps: Dependencies,
  report: ReportBuilder,
): Promise<void> {
  const state = policy.paused ? 'paused' : 'missed';
  for (const slotAt of slots.slice(-MISSED_LIMIT)) {
    const reason = 'nothing triggered it, and a later slot was made up instead';
    await deps.catalog.saveSlot({
      policy: policy.name,
      slotAt,
      state,
      trigger: 'makeUp',
      recordedAt: deps.clock.now(),
      reason,
    });
    if (state === 'missed') {
      report.add({
        outcome: 'missed',
        isFailure: true,
        cloud: policy.cloud,
        policy: policy.name,
        slotAt,
        reason,
      });
    }
  }
}
