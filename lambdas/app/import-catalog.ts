import { createEntryImport, type EntryOutcome } from './import-entry.ts';
import { mapBounded } from './map-bounded.ts';
import type { CatalogEntry, CatalogOrigin } from './ports.ts';
import { InvalidRequestError } from './request-error.ts';
import type { Dependencies, Run } from './run.ts';
import { ReportBuilder, type RunReport } from './run-report.ts';

export interface ImportCatalogRequest {
  readonly origin: CatalogOrigin;
  readonly entries: AsyncIterable<readonly CatalogEntry[]>;
  readonly dryRun?: boolean;
}

const ENTRIES_AT_ONCE = 32;

/**
 * Reads an export into the catalog. What is there already stays, as it is newer; only what a rebuild had to leave out is completed. May be
 * repeated, and be cut off anywhere.
 *
 * @throws {InvalidRequestError} it is another deployment's, or a cloud is another project there; nothing was written.
 */
export async function importCatalog(
  request: ImportCatalogRequest,
  run: Run,
  deps: Dependencies,
): Promise<RunReport> {
  const dryRun = request.dryRun === true;
  const report = new ReportBuilder('import', run.startedAt, dryRun);
  await requireSameOrigin(request.origin, deps, report);
  const entries = createEntryImport(deps, { dryRun, exportedAt: request.origin.exportedAt });
  const counts: Record<EntryOutcome, number> = { imported: 0, merged: 0, kept: 0 };
  for await (const page of request.entries) {
    const outcomes = await mapBounded(page, ENTRIES_AT_ONCE, entries.take);
    for (const outcome of outcomes) counts[outcome] += 1;
  }
  await entries.putUp();
  for (const [outcome, count] of Object.entries(counts)) report.tally(outcome as EntryOutcome, count);
  return report.finish(deps.clock.now());
}

async function requireSameOrigin(
  { deployment, projectIds }: CatalogOrigin,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<void> {
  if (deployment !== deps.deployment.name) {
    throw new InvalidRequestError(
      `the export is of deployment ${deployment}, but the config is of ${deps.deployment.name}: its markers are another's`,
    );
  }
  for (const [cloud, projectId] of Object.entries(projectIds)) {
    const present = await findProject(cloud, deps, report);
    if (present === undefined || present === projectId) continue;
    throw new InvalidRequestError(
      `the export knows cloud ${cloud} as project ${projectId}, but it is project ${present}: its backups are another's`,
    );
  }
}

/** Of the catalog, or where that does not know it yet, of the cloud itself, if it can be reached. */
async function findProject(
  cloud: string,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<string | undefined> {
  const known = await deps.catalog.getCloud(cloud);
  if (known !== undefined) return known.projectId;
  if (!deps.deployment.clouds.has(cloud)) {
    report.warn(
      `cloud ${cloud} of the export is not in the config; what is known of it is read in all the same`,
    );
    return undefined;
  }
  try {
    return (await (await deps.openCloud(cloud)).identify()).projectId;
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    report.warn(`cloud ${cloud} could not be asked whether it is the project of the export: ${message}`);
    return undefined;
  }
}
