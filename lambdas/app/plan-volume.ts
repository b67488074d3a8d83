import { type BackupId, compareNewestFirst } from '../domain/backup.ts';
import type { BackupRecord } from '../domain/backup-record.ts';
import { type Decision, describeDecision } from '../domain/decision.ts';
import { readMarker } from '../domain/marker.ts';
import { nextDecisionAt } from '../domain/next-decision.ts';
import { pinInForce } from '../domain/pin.ts';
import { type PlannedBackup, type PrunePlanInput, planPrune } from '../domain/prune-plan.ts';
import { findPruningPauses } from '../domain/pruning-pause.ts';
import type { FormerTerms } from '../domain/retention-terms.ts';
import type { VolumeFacts } from '../domain/volume.ts';
import type { Cloud } from './ports.ts';
import { reconcileVolume, type VolumeView } from './reconcile-volume.ts';
import type { Dependencies } from './run.ts';
import type { ReportBuilder } from './run-report.ts';

/** What is to become of the backups of one volume. */
export interface VolumePlan {
  readonly volumeId: string;
  /** As it is, or as it was when it was last seen; absent when nothing tells. */
  readonly volume?: VolumeFacts;
  readonly decisions: readonly Decision[];
  /** Of the backups to be deleted, as they are to be saved, in the order in which deletions are safe. */
  readonly doomed: readonly BackupRecord[];
  /** Backups that the same rules held before the newest one came: they go with the last of their chain, which is no surprise. */
  readonly heldBefore: ReadonlySet<BackupId>;
  /** Backups of ours that were good and are in `error` now: someone's deletion of them failed. Nobody's rules let go of them. */
  readonly damaged: readonly BackupId[];
  /** When a verdict can change without a new backup. */
  readonly nextAt?: Date;
}

export interface PlanOptions {
  readonly dryRun: boolean;
  /** By policy: terms that still keep what they kept. */
  readonly formerTerms: ReadonlyMap<string, readonly FormerTerms[]>;
  /** What restores that are under way need, and until when. */
  readonly restores?: ReadonlyMap<BackupId, Date>;
  /** Only this policy's backups may be deleted. */
  readonly onlyPolicy?: string;
}

/**
 * Decides on one volume, after its records were made to agree with what is in the cloud. With `dryRun` nothing is written, and
 * the decisions are the same.
 */
export async function planVolume(
  view: VolumeView,
  cloud: Cloud,
  deps: Dependencies,
  report: ReportBuilder,
  options: PlanOptions,
): Promise<VolumePlan> {
  const records = await reconcileVolume(view, cloud, deps, report, options);
  const byBackup = new Map(records.map((record) => [record.backupId, record]));
  const { policies, name } = deps.deployment;
  const now = cloud.now();
  const input: PrunePlanInput = {
    backups: view.backups.map((backup): PlannedBackup => {
      const marker = readMarker(backup, name);
      const pin = pinInForce([byBackup.get(backup.id)?.pin, marker?.pin], now);
      const restoreUntil = options.restores?.get(backup.id);
      return {
        backup,
        ...(marker !== undefined && { policy: marker.policy, slotAt: marker.slotAt }),
        ...(pin !== undefined && { pin }),
        ...(restoreUntil !== undefined && { restoreUntil }),
      };
    }),
    policies,
    now,
    formerTerms: options.formerTerms,
    isBlocked: new Map([...othersThan(options.onlyPolicy, deps), ...findPruningPauses(records, policies)]),
    volumeGone: view.facts === undefined,
  };
  const decisions = planPrune(input);
  const nextAt = nextDecisionAt(decisions, input);
  const volume = view.facts ?? records.at(-1)?.volume;
  return {
    volumeId: view.volumeId,
    ...(volume !== undefined && { volume }),
    decisions,
    doomed: toIntents(decisions, byBackup, deps),
    heldBefore: findHeldBefore(input, decisions),
    damaged: findDamaged(view, byBackup),
    ...(nextAt !== undefined && { nextAt }),
  };
}

function findDamaged(
  { backups }: VolumeView,
  byBackup: ReadonlyMap<BackupId | undefined, BackupRecord>,
): readonly BackupId[] {
  const inError = backups.filter(({ status }) => status === 'error' || status === 'error_deleting');
  return inError.map(({ id }) => id).filter((id) => byBackup.get(id)?.state === 'available');
}

/** The plan once more, without the newest backup; only where something is to be deleted. */
function findHeldBefore(input: PrunePlanInput, decisions: readonly Decision[]): ReadonlySet<BackupId> {
  if (!decisions.some(({ verdict }) => verdict === 'delete')) return new Set();
  const [newest] = input.backups.map(({ backup }) => backup).sort(compareNewestFirst);
  const before = planPrune({ ...input, backups: input.backups.filter(({ backup }) => backup !== newest) });
  return new Set(before.filter(({ verdict }) => verdict === 'hold').map(({ backup }) => backup.id));
}

/** Blocked in the plan, not left out of the result: what others have on the volume must hold what it depends on. */
function othersThan(onlyPolicy: string | undefined, { deployment }: Dependencies): [string, string][] {
  if (onlyPolicy === undefined) return [];
  const others = [...deployment.policies.keys()].filter((name) => name !== onlyPolicy);
  return others.map((name) => [name, `only policy ${onlyPolicy} was asked for`]);
}

/** A backup without a record cannot be claimed; it was adopted just now, or it is another run's. */
function toIntents(
  decisions: readonly Decision[],
  byBackup: ReadonlyMap<BackupId | undefined, BackupRecord>,
  { clock }: Dependencies,
): BackupRecord[] {
  const intents: BackupRecord[] = [];
  for (const decision of decisions) {
    const record = byBackup.get(decision.backup.id);
    if (decision.verdict !== 'delete' || record?.state !== 'available') continue;
    intents.push({ ...record, state: 'deleting', reason: describeDecision(decision), openedAt: clock.now() });
  }
  return intents;
}
