import { followBackups } from '../lambdas/app/follow-backups.ts';
import { pruneBackups } from '../lambdas/app/prune-backups.ts';
import { reportCoverage } from '../lambdas/app/report-coverage.ts';
import type { Dependencies, Run } from '../lambdas/app/run.ts';
import type { RunReport } from '../lambdas/app/run-report.ts';
import { testDueRestores } from '../lambdas/app/test-restores.ts';
import type { Policy } from '../lambdas/domain/policy.ts';
import { scheduledTests } from '../lambdas/domain/restore-tests.ts';
import { nextSlot, type SlotRule } from '../lambdas/domain/slot.ts';

const FOLLOW_MS = 60_000;
const PRUNE_MS = 900_000;
/** Soon after the start: a daemon that is restarted often prunes too. What is due to be backed up comes first. */
const FIRST_PRUNE_MS = 60_000;
/** Soon after the start, when what was due has been backed up; then every day, as on AWS. */
const FIRST_COVERAGE_MS = 900_000;
const DAILY_COVERAGE: SlotRule = { cron: '0 6 * * *', timezone: 'UTC' };
/** So often it is looked whether a test of restores that could not be begun can be now. */
const LONGEST_TEST_WAIT_MS = 3_600_000;
/** What has failed by then is told then, not when the last long backup has ended. */
const LONGEST_RUN_MS = 900_000;

export interface DaemonOptions {
  readonly signal: AbortSignal;
  /** Called with the report of every run that did something or failed. */
  readonly onReport: (report: RunReport) => void;
  /** Stops by itself then. */
  readonly until?: Date;
  /** How long an idle daemon waits before it looks again; default a minute. Slots are taken up in time all the same. */
  readonly followMs?: number;
  /** How often it prunes; default every 15 minutes. */
  readonly pruneMs?: number;
}

/** The schedules of the deployment on one machine: the same use cases as on AWS, woken by the clock. */
export async function runDaemon(deps: Dependencies, options: DaemonOptions): Promise<void> {
  await Promise.all([followLoop, pruneLoop, coverageLoop, testLoop].map((loop) => loop(deps, options)));
}

/** Everything that is due now, to its end: slots, work, pruning, tests of restores. */
export async function runOnce(deps: Dependencies, signal?: AbortSignal): Promise<readonly RunReport[]> {
  const run: Run = { startedAt: deps.clock.now(), waits: true, ...(signal !== undefined && { signal }) };
  const followed = await followBackups(run, deps, { slotDelayMs: () => 0, waitsForRestores: true });
  const pruned = await pruneBackups({ trigger: 'schedule' }, run, deps);
  const tested =
    scheduledTests(deps.deployment.policies.values()).length > 0 ? [await testDueRestores(run, deps)] : [];
  return [followed, pruned, ...tested];
}

async function followLoop(deps: Dependencies, options: DaemonOptions): Promise<void> {
  const slotDelayMs = (policy: Policy) => spread(policy.name) * policy.schedule.windowMs;
  while (!isOver(deps, options)) {
    // A run that is at work when a slot comes makes way for it; the next one goes on.
    const deadlineAt = new Date(deps.clock.now().getTime() + untilNext(deps, slotDelayMs, LONGEST_RUN_MS));
    const run: Run = { startedAt: deps.clock.now(), deadlineAt, waits: true, signal: options.signal };
    emit(await followBackups(run, deps, { slotDelayMs }), options);
    await deps.clock.sleep(untilNext(deps, slotDelayMs, options.followMs ?? FOLLOW_MS), options.signal);
  }
}

async function pruneLoop(deps: Dependencies, options: DaemonOptions): Promise<void> {
  const pruneMs = options.pruneMs ?? PRUNE_MS;
  for (let waitMs = Math.min(FIRST_PRUNE_MS, pruneMs); !isOver(deps, options); waitMs = pruneMs) {
    await deps.clock.sleep(waitMs, options.signal);
    if (isOver(deps, options)) return;
    const startedAt = deps.clock.now();
    const deadlineAt = new Date(startedAt.getTime() + LONGEST_RUN_MS);
    const run: Run = { startedAt, deadlineAt, waits: true, signal: options.signal };
    emit(await pruneBackups({ trigger: 'schedule' }, run, deps), options);
  }
}

async function coverageLoop(deps: Dependencies, options: DaemonOptions): Promise<void> {
  let nextAt = new Date(deps.clock.now().getTime() + FIRST_COVERAGE_MS);
  while (!isOver(deps, options)) {
    const wakeAt = options.until !== undefined && options.until < nextAt ? options.until : nextAt;
    await deps.clock.sleep(wakeAt.getTime() - deps.clock.now().getTime(), options.signal);
    if (isOver(deps, options)) return;
    const startedAt = deps.clock.now();
    const deadlineAt = new Date(startedAt.getTime() + LONGEST_RUN_MS);
    const run: Run = { startedAt, deadlineAt, waits: true, signal: options.signal };
    emit(await reportCoverage({ trigger: 'schedule' }, run, deps), options);
    nextAt = nextSlot(DAILY_COVERAGE, deps.clock.now());
  }
}

/** Where no policy asks for tests there is nothing to wait for. */
async function testLoop(deps: Dependencies, options: DaemonOptions): Promise<void> {
  const tests = scheduledTests(deps.deployment.policies.values());
  while (tests.length > 0 && !isOver(deps, options)) {
    const startedAt = deps.clock.now();
    const deadlineAt = new Date(startedAt.getTime() + LONGEST_RUN_MS);
    // What takes longer is gone on with by the worker.
    const run: Run = { startedAt, deadlineAt, waits: true, signal: options.signal };
    emit(await testDueRestores(run, deps), options);
    const now = deps.clock.now();
    const nextMs = tests.map(({ schedule }) => nextSlot(schedule, now).getTime() - now.getTime());
    const untilMs = (options.until?.getTime() ?? Number.POSITIVE_INFINITY) - now.getTime();
    await deps.clock.sleep(Math.min(LONGEST_TEST_WAIT_MS, untilMs, ...nextMs), options.signal);
  }
}

function isOver({ clock }: Dependencies, { signal, until }: DaemonOptions): boolean {
  return signal.aborted || (until !== undefined && clock.now() >= until);
}

function emit(report: RunReport, { onReport }: DaemonOptions): void {
  if (Object.keys(report.counts).length > 0 || report.warnings.length > 0) onReport(report);
}

/** The time to the next slot, `longestMs` at most. */
function untilNext(deps: Dependencies, slotDelayMs: (policy: Policy) => number, longestMs: number): number {
  const now = deps.clock.now();
  let ms = longestMs;
  for (const policy of deps.deployment.policies.values()) {
    const delayMs = slotDelayMs(policy);
    const slot = nextSlot(policy.schedule, new Date(now.getTime() - delayMs));
    if (slot !== undefined) ms = Math.min(ms, slot.getTime() + delayMs - now.getTime());
  }
  return Math.max(ms, 1);
}

/** 0 to 1, the same for a name each time, so that policies with one schedule do not all start at once. */
function spread(name: string): number {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) % 1_009;
  return hash / 1_009;
}
