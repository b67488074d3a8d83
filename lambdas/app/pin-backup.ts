import type { BackupId } from '../domain/backup.ts';
import type { BackupRecord, Pin } from '../domain/backup-record.ts';
import { describeReason } from '../domain/decision.ts';
import { type Marker, readMarker } from '../domain/marker.ts';
import { changePin, type MarkerChange } from '../domain/marker-pin.ts';
import { readPinEnd } from '../domain/pin.ts';
import { policyOf } from '../domain/prune-plan.ts';
import { type FoundBackup, findBackup } from './find-backup.ts';
import type { CloudIdentity, UpdateOutcome } from './ports.ts';
import { recordPin } from './record-pin.ts';
import { InvalidRequestError } from './request-error.ts';
import type { Dependencies, Run } from './run.ts';
import { ReportBuilder, type RunReport } from './run-report.ts';
import { openSameCloud } from './same-project.ts';

export interface PinBackupRequest {
  readonly backupId: BackupId;
  /** False takes a pin away. */
  readonly pinned: boolean;
  /** Why; a pin needs one. */
  readonly reason?: string;
  /** Who. */
  readonly by?: string;
  /** An instant with its zone, or a date: the whole of that day in the policy's time zone. Without it the pin has no end. */
  readonly until?: string;
  readonly dryRun?: boolean;
}

const LONGEST_REASON = 500;
const LONGEST_AUTHOR = 100;

/**
 * Pins a backup of ours, so that nothing deletes it, or takes its pin away. The catalog is written first, where the write decides
 * against a deletion that is planned at the same time; then the backup's own marker, which survives the catalog.
 *
 * A deletion that was decided and has not begun is withdrawn; one that has begun is a failure of the run, and says so.
 *
 * @throws {InvalidRequestError} there is no such backup, it is foreign, or the request says something that cannot be.
 */
export async function pinBackup(request: PinBackupRequest, run: Run, deps: Dependencies): Promise<RunReport> {
  const report = new ReportBuilder('pin-backup', run.startedAt, request.dryRun === true);
  requireTexts(request);
  const found = await findBackup(request.backupId, deps);
  const marker = readMarker(found.backup, deps.deployment.name);
  if (marker === undefined) {
    throw new InvalidRequestError(
      `backupId: backup ${request.backupId} is foreign: it has no marker of deployment ${deps.deployment.name}, and nothing here ever deletes it`,
    );
  }
  const pin = toPin(request, marker, deps);
  await carryOut({ found, marker, pin, run, deps, report, dryRun: request.dryRun === true });
  return report.finish(deps.clock.now());
}

interface Pinning {
  readonly found: FoundBackup;
  readonly marker: Marker;
  /** Absent: the pin is taken away. */
  readonly pin: Pin | undefined;
  readonly run: Run;
  readonly deps: Dependencies;
  readonly report: ReportBuilder;
  readonly dryRun: boolean;
}

function requireTexts({ pinned, reason = '', by = '', until }: PinBackupRequest): void {
  if (pinned && reason.trim() === '') throw new InvalidRequestError('reason: a pin needs one');
  if (reason.length > LONGEST_REASON)
    throw new InvalidRequestError(`reason: at most ${LONGEST_REASON} characters`);
  if (by.length > LONGEST_AUTHOR) throw new InvalidRequestError(`by: at most ${LONGEST_AUTHOR} characters`);
  if (!pinned && until !== undefined)
    throw new InvalidRequestError('until: it is for pinning; a pin is taken away at once');
}

function toPin(
  request: PinBackupRequest,
  marker: Marker,
  { deployment, clock }: Dependencies,
): Pin | undefined {
  if (!request.pinned) return undefined;
  const { reason = '', by = '', until: text } = request;
  const zone = policyOf(marker.policy, deployment.policies)?.schedule.timezone ?? 'UTC';
  const until = text === undefined ? undefined : readPinEnd(text, zone);
  if (text !== undefined && until === undefined) {
    throw new InvalidRequestError(
      `until: "${text}" is neither an instant with its zone, such as 2027-01-31T12:00:00Z, nor a date, such as 2027-01-31`,
    );
  }
  if (until !== undefined && until <= clock.now())
    throw new InvalidRequestError(`until: ${until.toISOString()} is over; it must be in the future`);
  return {
    reason: reason.trim(),
    ...(by.trim() !== '' && { by: by.trim() }),
    ...(until !== undefined && { until }),
  };
}

async function carryOut(pinning: Pinning): Promise<void> {
  if (!pinning.dryRun) await openSameCloud(pinning.found.cloud.name, pinning.deps);
  const recorded = await recordPin(pinning);
  if ('refusal' in recorded) return reportRefusal(pinning, recorded.refusal);
  const failure = pinning.dryRun ? undefined : await writeMarker(pinning);
  if (failure !== undefined) return reportRefusal(pinning, failure, recorded.record);
  reportPin(pinning, recorded.record);
}

/**
 * So that the pin is still known when the catalog is lost. The metadata of others is read right before, as ours can only be written together
 * with it.
 *
 * @returns what went wrong, if the backup cannot be said to be pinned, or no longer pinned.
 */
async function writeMarker(pinning: Pinning): Promise<string | undefined> {
  const { found, marker, pin, report } = pinning;
  const { cloud } = found;
  const identity = await cloud.identify();
  const backup = await cloud.getBackup(found.backup.id);
  if (backup === undefined) return 'someone else deleted the backup meanwhile';
  const change = changePin(backup, marker, pin, identity);
  if (change !== undefined && Object.keys(change).length === 0) return undefined;
  const written = await applyChange(pinning, change, identity);
  if (written.outcome === 'updated') return undefined;
  if (written.outcome === 'gone') return 'someone else deleted the backup meanwhile';
  const { outcome, message } = written;
  if (pin === undefined)
    return `the backup's own marker still says that it is pinned, and that counts: ${message}`;
  if (outcome === 'unanswered')
    return `it is pinned in the catalog, but perhaps not in its own marker; pin it again: ${message}`;
  report.warn(
    `the pin of ${backup.id} is in the catalog only, and a rebuild does not know of it: ${message}`,
  );
  return undefined;
}

async function applyChange(
  { found }: Pinning,
  change: MarkerChange | undefined,
  { canUpdateBackups, microversion }: CloudIdentity,
): Promise<UpdateOutcome> {
  const { cloud, backup } = found;
  if (!canUpdateBackups) {
    const message = `cloud ${cloud.name} speaks ${microversion}, and backups can be changed from 3.9 on`;
    return { outcome: 'refused', message };
  }
  if (change === undefined)
    return { outcome: 'refused', message: 'its description is in use, and it has no metadata' };
  return cloud.updateBackup(backup.id, change);
}

function reportPin(pinning: Pinning, record: BackupRecord): void {
  const { pin, report, dryRun } = pinning;
  const what = pin === undefined ? 'its pin is taken away' : describeReason({ rule: 'pinned', ...pin });
  const reason = dryRun ? `dry run: ${what}` : what;
  const outcome = pin === undefined ? 'unpinned' : 'pinned';
  report.add({ ...itemOf(pinning, record), outcome, isFailure: false, reason });
}

function reportRefusal(pinning: Pinning, reason: string, record?: BackupRecord): void {
  pinning.report.add({ ...itemOf(pinning, record), outcome: 'refused', isFailure: true, reason });
}

function itemOf({ found, marker }: Pinning, record: BackupRecord | undefined) {
  const { backup, cloud } = found;
  return {
    cloud: cloud.name,
    policy: marker.policy,
    slotAt: marker.slotAt,
    volumeId: backup.volumeId,
    backupId: backup.id,
    type: backup.isIncremental ? ('incremental' as const) : ('full' as const),
    ...(record !== undefined && { volumeName: record.volume.name }),
  };
}
