import { createBackups } from '../../lambdas/app/create-backups.ts';
import { followBackups } from '../../lambdas/app/follow-backups.ts';
import { type PinBackupRequest, pinBackup } from '../../lambdas/app/pin-backup.ts';
import { type PruneBackupsRequest, pruneBackups } from '../../lambdas/app/prune-backups.ts';
import { type RestoreBackupRequest, restoreBackup } from '../../lambdas/app/restore-backup.ts';
import type { Dependencies } from '../../lambdas/app/run.ts';
import type { RunReport } from '../../lambdas/app/run-report.ts';
import { type TestRestoresRequest, testRestores } from '../../lambdas/app/test-restores.ts';
import { type BackupRecord, isOpen } from '../../lambdas/domain/backup-record.ts';
import { HOUR_MS, MINUTE_MS, type World } from './world.ts';

type Runner = Pick<World, 'run' | 'deps' | 'clock'>;

/** The scheduled event of a slot, as EventBridge sends it. */
export function trigger(world: Runner, policy: string, slotAt: Date | string, deps = world.deps) {
  return createBackups({ trigger: 'schedule', policy, slot: new Date(slotAt) }, world.run(), deps);
}

/** A backup by hand, of all volumes of the policy or of those given. */
export function backUp(world: Runner, policy = 'nightly', volumeIds?: readonly string[], deps = world.deps) {
  const request = { trigger: 'manual' as const, policy, ...(volumeIds !== undefined && { volumeIds }) };
  return createBackups(request, world.run(), deps);
}

/** The worker, with every slot taken up as soon as it is due, until nothing is left that can be done now. */
export function follow(world: Runner, deps: Dependencies = world.deps): Promise<RunReport> {
  return followBackups(world.run(), deps, { slotDelayMs: () => 0 });
}

export function prune(
  world: Runner,
  request: Partial<PruneBackupsRequest> = {},
  deps: Dependencies = world.deps,
): Promise<RunReport> {
  return pruneBackups({ trigger: 'manual', ...request }, world.run(), deps);
}

/** Pins a backup, or what else `parts` say. */
export function pin(
  world: Runner,
  backupId: string,
  parts: Partial<PinBackupRequest> = {},
  deps: Dependencies = world.deps,
): Promise<RunReport> {
  return pinBackup({ backupId, pinned: true, reason: 'before the migration', ...parts }, world.run(), deps);
}

export function unpin(
  world: Runner,
  backupId: string,
  parts: Partial<PinBackupRequest> = {},
  deps: Dependencies = world.deps,
): Promise<RunReport> {
  return pinBackup({ backupId, pinned: false, ...parts }, world.run(), deps);
}

export function restore(
  world: Runner,
  request: RestoreBackupRequest,
  deps: Dependencies = world.deps,
  waits = true,
): Promise<RunReport> {
  return restoreBackup(request, world.run(waits), deps);
}

/** Tests of restores: of every policy that has them, or as the request says. */
export function testNow(
  world: Runner,
  request: Partial<TestRestoresRequest> = {},
  deps: Dependencies = world.deps,
  waits = true,
): Promise<RunReport> {
  const whole = { trigger: 'manual', ...request } as TestRestoresRequest;
  return testRestores(whole, world.run(waits), deps);
}

/** Follows minute by minute until no record is open, or until `limitMs` have passed; returns the reports. */
export async function settle(
  world: World,
  deps: Dependencies = world.deps,
  limitMs = 3 * HOUR_MS,
): Promise<readonly RunReport[]> {
  const until = world.clock.now().getTime() + limitMs;
  const reports: RunReport[] = [];
  do {
    reports.push(await follow(world, deps));
    if (!(await world.records()).some(isOpen)) return reports;
    await world.pass(MINUTE_MS);
  } while (world.clock.now().getTime() < until);
  return reports;
}

/** So many hourly slots one after the other, each followed to its end. */
export async function runSlots(world: World, count: number, deps = world.deps): Promise<RunReport[]> {
  const reports: RunReport[] = [];
  // Slots before a policy was first seen are nobody's.
  await follow(world, deps);
  for (let slot = 0; slot < count; slot += 1) {
    await world.pass(HOUR_MS - (world.clock.now().getTime() % HOUR_MS));
    reports.push(await follow(world, deps));
  }
  return reports;
}

/** `waiting#1`, `available#2` …, with the whole reason where there is one. */
export function describeRecord({ state, attempt, reason }: BackupRecord): string {
  return `${state}#${attempt}${reason === undefined ? '' : ` (${reason})`}`;
}

/** Every failure that the reports tell of, as `outcome: reason`. */
export function failuresOf(...reports: readonly RunReport[]): string[] {
  return reports.flatMap(({ items }) =>
    items.filter((item) => item.isFailure).map((item) => `${item.outcome}: ${item.reason}`),
  );
}

/** In another process, minute by minute, as the daemon does, until no restore is open. @returns what failed. */
export async function followRestores(world: World, mostMinutes: number): Promise<string[]> {
  const deps = await world.another({ owner: 'another process' });
  const failures: string[] = [];
  for (let minutes = 0; minutes < mostMinutes; minutes += 1) {
    failures.push(...failuresOf(await follow(world, deps)));
    if ((await Array.fromAsync(world.catalog.listOpenRestores('prod'))).length === 0) return failures;
    await world.pass(MINUTE_MS);
  }
  throw new Error(`a restore is still open after ${mostMinutes} minutes`);
}
