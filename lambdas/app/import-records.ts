import type { Backup, BackupId } from '../domain/backup.ts';
import { orderByParents } from '../domain/order-by-parents.ts';
import { unknownCloud } from './export-records.ts';
import { importOneRecord } from './import-one-record.ts';
import { mapBounded } from './map-bounded.ts';
import type { BackupExport, Cloud, RecordsOrigin } from './ports.ts';
import { InvalidRequestError } from './request-error.ts';
import { type Dependencies, isOver, type Run } from './run.ts';
import { ReportBuilder, type RunReport } from './run-report.ts';
import { openSameCloud } from './same-project.ts';
import { readBackups } from './volume-views.ts';
import { takeLease } from './work/lease.ts';

export interface ImportRecordsRequest {
  readonly origin: RecordsOrigin;
  readonly records: AsyncIterable<readonly BackupExport[]>;
  readonly dryRun?: boolean;
}

const IMPORTS_AT_ONCE = 8;

/**
 * Makes backups known to the cloud again, parents before their children, each under its own id. What the cloud has stays. No worker is at
 * the cloud meanwhile, as it would see chains without their ends. May be repeated, and be cut off anywhere.
 *
 * @throws {InvalidRequestError} the records are another deployment's or project's, the credential is no administrator's, or a worker is at
 *   the cloud.
 */
export async function importRecords(
  request: ImportRecordsRequest,
  run: Run,
  deps: Dependencies,
): Promise<RunReport> {
  const { origin, dryRun = false } = request;
  const report = new ReportBuilder('import-records', run.startedAt, dryRun);
  const cloud = await openOrigin(origin, deps);
  const records = (await Array.fromAsync(request.records)).flat();
  const present = new Map(
    [...(await readBackups(cloud, 'all')).values()].flat().map((each) => [each.id, each]),
  );
  const importing: Importing = { cloud, present, run, deps, report };
  if (dryRun) foresee(records, importing);
  else await underLease(cloud, deps, () => importAll(records, importing));
  return report.finish(deps.clock.now());
}

export interface Importing {
  readonly cloud: Cloud;
  /** What the cloud had before. */
  readonly present: ReadonlyMap<BackupId, Backup>;
  readonly run: Run;
  readonly deps: Dependencies;
  readonly report: ReportBuilder;
}

async function openOrigin(
  { deployment, cloud: name, projectId }: RecordsOrigin,
  deps: Dependencies,
): Promise<Cloud> {
  if (deployment !== deps.deployment.name) {
    throw new InvalidRequestError(
      `the records are of deployment ${deployment}, but the config is of ${deps.deployment.name}`,
    );
  }
  if (!deps.deployment.clouds.has(name)) throw unknownCloud(name, deps);
  const opened = await openSameCloud(name, deps);
  if (opened.identity.projectId !== projectId) {
    throw new InvalidRequestError(
      `the records are of project ${projectId}, but the credential of cloud ${name} leads to project ${opened.identity.projectId}, to which the backups would belong then`,
    );
  }
  return opened.cloud;
}

/** An inferred chain whose end is not yet there looks like one that may be deleted. */
async function underLease(cloud: Cloud, deps: Dependencies, work: () => Promise<void>): Promise<void> {
  const lease = deps.workingClouds.has(cloud.name) ? undefined : await takeLease(cloud.name, deps);
  if (lease === undefined) {
    throw new InvalidRequestError(
      `cloud ${cloud.name}: a run is at work there; stop the daemon, or wait for the run to end`,
    );
  }
  deps.workingClouds.add(cloud.name);
  try {
    await work();
  } finally {
    deps.workingClouds.delete(cloud.name);
    await lease.release();
  }
}

async function importAll(records: readonly BackupExport[], importing: Importing): Promise<void> {
  const { present, report, run, deps } = importing;
  const { levels, orphans } = orderByParents(records, (id) => present.has(id));
  const failed = new Set<BackupId>();
  const fail = (record: BackupExport, reason: string): void => {
    failed.add(record.backupId);
    reportFailure(record, reason, importing);
  };
  for (const level of levels) {
    await mapBounded(level, IMPORTS_AT_ONCE, async (record) => {
      if (isOver(run, deps.clock.now())) return;
      if (failed.has(record.parentId ?? '')) return fail(record, 'what it is based on could not be imported');
      const imported = await importOneRecord(record, importing);
      if ('failure' in imported) fail(record, imported.failure);
      else report.tally(imported.outcome, 1);
    });
  }
  for (const orphan of orphans) fail(orphan, describeOrphan(orphan));
  if (isOver(run, deps.clock.now())) report.warn('it was stopped: run it again to go on');
}

function foresee(records: readonly BackupExport[], importing: Importing): void {
  const { present, report } = importing;
  const { levels, orphans } = orderByParents(records, (id) => present.has(id));
  for (const { backupId } of levels.flat()) report.tally(present.has(backupId) ? 'kept' : 'imported', 1);
  for (const orphan of orphans) reportFailure(orphan, describeOrphan(orphan), importing);
}

function describeOrphan({ parentId }: BackupExport): string {
  return `what it is based on, ${parentId}, is neither in the file nor in the cloud: it could not be restored`;
}

function reportFailure(
  { backupId, volumeId }: BackupExport,
  reason: string,
  { cloud, report }: Importing,
): void {
  report.add({ outcome: 'failed', isFailure: true, cloud: cloud.name, backupId, volumeId, reason });
}
