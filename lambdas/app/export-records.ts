import type { Backup, BackupId } from '../domain/backup.ts';
import { inferChains } from '../domain/backup-chain.ts';
import { readMarker } from '../domain/marker.ts';
import { mapBounded } from './map-bounded.ts';
import type { BackupExport, Cloud, RecordsOrigin } from './ports.ts';
import { InvalidRequestError } from './request-error.ts';
import type { Dependencies, Run } from './run.ts';
import { ReportBuilder, type RunReport } from './run-report.ts';
import { openSameCloud } from './same-project.ts';
import { readBackups } from './volume-views.ts';

const EXPORTS_AT_ONCE = 8;
const RECORDS_A_PAGE = 64;

/** The cloud's own records of our backups, while they are read. */
export interface RecordsExport {
  readonly origin: RecordsOrigin;
  readonly records: AsyncIterable<readonly BackupExport[]>;
  /** What was exported and what was not; to be asked for at the end. */
  finish(): RunReport;
}

/**
 * Reads the cloud's own records of all our backups and of whatever they may be based on, so that the backups can be made known to it again
 * after its database is lost. Needs an administrator of the same project.
 *
 * @throws {InvalidRequestError} there is no such cloud.
 */
export async function exportRecords(name: string, run: Run, deps: Dependencies): Promise<RecordsExport> {
  if (!deps.deployment.clouds.has(name)) throw unknownCloud(name, deps);
  const { cloud, identity } = await openSameCloud(name, deps);
  const report = new ReportBuilder('export-records', run.startedAt);
  const wanted = await findWanted(cloud, deps.deployment.name);
  const origin = {
    deployment: deps.deployment.name,
    cloud: name,
    projectId: identity.projectId,
    exportedAt: deps.clock.now(),
  };
  return {
    origin,
    records: readRecords(wanted, cloud, report),
    finish: () => report.finish(deps.clock.now()),
  };
}

export function unknownCloud(name: string, { deployment }: Dependencies): InvalidRequestError {
  const known = [...deployment.clouds.keys()].join(', ');
  return new InvalidRequestError(`cloud: there is no cloud "${name}"; there is ${known}`);
}

/** Ours, and their possible ancestors, foreign ones too; oldest first. */
async function findWanted(cloud: Cloud, deployment: string): Promise<ReadonlyMap<BackupId, Backup>> {
  const wanted = new Map<BackupId, Backup>();
  for (const backups of (await readBackups(cloud, 'all')).values()) {
    const links = inferChains(backups);
    const open = [...links.values()].filter(({ backup }) => readMarker(backup, deployment) !== undefined);
    for (let link = open.pop(); link !== undefined; link = open.pop()) {
      if (wanted.has(link.backup.id)) continue;
      wanted.set(link.backup.id, link.backup);
      open.push(...link.parents);
    }
  }
  return wanted;
}

async function* readRecords(
  wanted: ReadonlyMap<BackupId, Backup>,
  cloud: Cloud,
  report: ReportBuilder,
): AsyncGenerator<readonly BackupExport[]> {
  const asked = new Set<BackupId>(wanted.keys());
  let open = [...asked];
  while (open.length > 0) {
    const ids = open.slice(0, RECORDS_A_PAGE);
    open = open.slice(RECORDS_A_PAGE);
    const records = await mapBounded(ids, EXPORTS_AT_ONCE, (id) =>
      readRecord(id, wanted.get(id), cloud, report),
    );
    const page = records.filter((record) => record !== undefined);
    for (const { parentId } of page) {
      // The parents that we infer are not always the true ones.
      if (parentId === undefined || asked.has(parentId)) continue;
      asked.add(parentId);
      open.push(parentId);
    }
    if (page.length > 0) yield page;
  }
}

async function readRecord(
  id: BackupId,
  backup: Backup | undefined,
  cloud: Cloud,
  report: ReportBuilder,
): Promise<BackupExport | undefined> {
  const answer = await cloud.exportBackup(id);
  const where = { cloud: cloud.name, backupId: id, ...(backup && { volumeId: backup.volumeId }) };
  switch (answer.outcome) {
    case 'exported':
      report.tally('exported', 1);
      return answer.backup;
    case 'forbidden':
      throw notAdministrator(cloud.name, answer.message);
    case 'gone':
      return undefined;
    case 'refused': {
      const isAvailable = backup === undefined || backup.status === 'available';
      const reason = isAvailable ? answer.message : `its status is ${backup.statusText}`;
      report.add({ ...where, outcome: 'skipped', isFailure: isAvailable, reason });
      return undefined;
    }
  }
}

/** Said once, and at once: it would be the same for all. */
export function notAdministrator(cloud: string, message: string): InvalidRequestError {
  return new InvalidRequestError(
    `cloud ${cloud}: its credential is not an administrator's in the project, and only such may export and import records: ${message}`,
  );
}
