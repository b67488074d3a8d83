import type { BackupType, VolumeId } from '../domain/backup.ts';
import {
  type BackupPath,
  type BackupRecord,
  isOpen,
  type RecordingPlace,
  type SlotRecord,
  type Trigger,
} from '../domain/backup-record.ts';
import { markerName } from '../domain/marker.ts';
import type { Policy } from '../domain/policy.ts';
import { isSelected } from '../domain/selection.ts';
import type { Volume } from '../domain/volume.ts';
import { mapBounded } from './map-bounded.ts';
import { AlreadyRecordedError, type Cloud } from './ports.ts';
import { type Dependencies, isOver, type Run } from './run.ts';
import type { ReportBuilder } from './run-report.ts';
import { openSameCloud } from './same-project.ts';
import { factsOf } from './volume-views.ts';
import { forgetAt } from './work/end-attempt.ts';

/** Records made at once: the catalog's speed, not the cloud's, is what bounds it. */
const SAVES_AT_ONCE = 32;
/** Handed to the worker directly, so that it need not wait for the index of work; further ones come through the index. */
const SEED_LIMIT = 2_000;
/** Whoever asked for a backup waits for its end and is told of it, even if another process makes it. */
const SEED_LIMIT_BY_HAND = 10_000;

/** One slot of a policy, to be recorded for its volumes. */
export interface DueSlot {
  readonly policy: Policy;
  readonly slotAt: Date;
  readonly trigger: Trigger;
  /** Instead of the policy's selection. */
  readonly volumeIds?: readonly VolumeId[];
  readonly type?: BackupType;
  readonly dryRun?: boolean;
}

/**
 * Claims a slot for every volume of its policy, once per volume however often it is asked for. A slot that is too old is recorded
 * as missed, one of a paused policy as paused; one that is recorded already is left as it is. A run that is over before the last volume
 * leaves the slot to be gone on with.
 *
 * @returns records that this call made and that wait to be started, the first thousands of them.
 */
export async function recordSlot(
  slot: DueSlot,
  run: Run,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<readonly BackupRecord[]> {
  if (slot.trigger !== 'manual' && !(await isStillDue(slot, deps, report))) return [];
  const { name } = slot.policy;
  const known = slot.trigger === 'manual' ? undefined : await deps.catalog.getSlot(name, slot.slotAt);
  if (known?.state === 'recorded') {
    noteRecorded(slot, deps);
    return [];
  }
  const { cloud } = await openSameCloud(slot.policy.cloud, deps);
  return recordDue({ ...slot, cloud, report, run, deps, from: known?.recordedUntil });
}

/** Spares the next runs of this process the question. */
function noteRecorded({ policy, slotAt }: DueSlot, { recordedSlots }: Dependencies): void {
  recordedSlots.set(policy.name, Math.max(slotAt.getTime(), recordedSlots.get(policy.name) ?? 0));
}

async function isStillDue(
  { policy, slotAt, trigger }: DueSlot,
  deps: Dependencies,
  report: ReportBuilder,
): Promise<boolean> {
  const now = deps.clock.now();
  const base = { policy: policy.name, slotAt, trigger, recordedAt: now };
  if (policy.paused) {
    await deps.catalog.saveSlot({ ...base, state: 'paused' });
    report.warn(`policy ${policy.name} is paused: slot ${slotAt.toISOString()} was passed over`);
    return false;
  }
  const limitMs = policy.schedule.makeUpMs + policy.schedule.windowMs;
  if (now.getTime() - slotAt.getTime() <= limitMs) return true;
  const known = await deps.catalog.getSlot(policy.name, slotAt);
  if (known === undefined || known.state === 'recording') {
    const reason = 'it came later than makeUp allows';
    await deps.catalog.saveSlot({ ...base, state: 'missed', reason });
    report.add({ outcome: 'missed', isFailure: true, policy: policy.name, slotAt, reason });
  }
  return false;
}

interface Due extends DueSlot {
  readonly cloud: Cloud;
  readonly report: ReportBuilder;
  readonly run: Run;
  readonly deps: Dependencies;
  /** An earlier run has come so far. */
  readonly from: RecordingPlace | undefined;
}

/** Claims the slot for every volume; what was claimed before is left to whoever claimed it. */
async function recordDue(due: Due): Promise<readonly BackupRecord[]> {
  const { run, deps, report, from } = due;
  const records: BackupRecord[] = [];
  const limit = due.trigger === 'manual' && run.waits ? SEED_LIMIT_BY_HAND : SEED_LIMIT;
  let place = from;
  let volumeCount = from?.volumeCount ?? 0;
  await noteProgress(due, place);
  for await (const page of dueVolumes(due)) {
    if (place !== from) await noteProgress(due, place);
    if (isOver(run, deps.clock.now())) {
      await interrupt(due, place);
      return records;
    }
    volumeCount += page.length;
    const saved = await mapBounded(page, SAVES_AT_ONCE, (volume) => recordVolume(volume, due));
    for (const record of saved) {
      if (record !== undefined && records.length < limit) records.push(record);
    }
    const last = page.at(-1);
    if (last !== undefined) place = { createdAt: last.createdAt, volumeId: last.id, volumeCount };
  }
  if (volumeCount === 0 && due.volumeIds === undefined)
    report.warn(`policy ${due.policy.name}: its selection matches no volume`);
  await saveState(due, { state: 'recorded', volumeCount });
  if (due.trigger !== 'manual') noteRecorded(due, deps);
  return records;
}

type SlotProgress = Pick<
  SlotRecord,
  'state' | 'volumeCount' | 'recorder' | 'recordedUntil' | 'isInterrupted'
>;

async function saveState({ policy, slotAt, trigger, dryRun, deps }: Due, state: SlotProgress): Promise<void> {
  if (dryRun === true) return;
  await deps.catalog.saveSlot({
    policy: policy.name,
    slotAt,
    trigger,
    recordedAt: deps.clock.now(),
    ...state,
  });
}

function noteProgress(due: Due, place: RecordingPlace | undefined): Promise<void> {
  const recordedUntil = place === undefined ? {} : { recordedUntil: place };
  return saveState(due, { state: 'recording', recorder: due.deps.owner, ...recordedUntil });
}

/** Of a slot of the schedule the worker takes up the rest; one by hand is nobody else's. */
async function interrupt(due: Due, place: RecordingPlace | undefined): Promise<void> {
  const recordedUntil = place === undefined ? {} : { recordedUntil: place };
  await saveState(due, { state: 'recording', isInterrupted: true, ...recordedUntil });
  const { policy, slotAt, report, trigger } = due;
  const reason = `its time was over when ${place?.volumeCount ?? 0} volumes of the slot were recorded`;
  if (trigger !== 'manual') {
    report.warn(`policy ${policy.name}: ${reason}; the next run of follow-backups records the others`);
    return;
  }
  report.add({
    outcome: 'failed',
    isFailure: true,
    cloud: policy.cloud,
    policy: policy.name,
    slotAt,
    reason,
  });
}

async function* dueVolumes(due: Due): AsyncGenerator<readonly Volume[]> {
  const { volumeIds, cloud, policy, report, from } = due;
  if (volumeIds === undefined) {
    for await (const page of cloud.listVolumes())
      yield page.filter(
        (each) => isSelected(each, policy.select) && (from === undefined || isAfter(each, from)),
      );
    return;
  }
  for (const volumeId of volumeIds) {
    const volume = await cloud.getVolume(volumeId);
    if (volume !== undefined) yield [volume];
    else {
      const reason = 'there is no such volume in the cloud';
      report.add({
        outcome: 'failed',
        isFailure: true,
        cloud: cloud.name,
        policy: policy.name,
        volumeId,
        reason,
      });
    }
  }
}

/** In the order of the list: newest first, of one instant the greater id. */
function isAfter({ id, createdAt }: Volume, place: RecordingPlace): boolean {
  const byTime = createdAt.getTime() - place.createdAt.getTime();
  return byTime < 0 || (byTime === 0 && id < place.volumeId);
}

async function recordVolume(volume: Volume, due: Due): Promise<BackupRecord | undefined> {
  const record = toRecord(volume, due);
  if (due.dryRun === true) {
    due.report.addRecord(record, 'waiting', { reason: 'dry run: it would be backed up' });
    return undefined;
  }
  try {
    const saved = await due.deps.catalog.save(record);
    if (isOpen(saved)) return saved;
    due.report.addRecord(saved, 'skipped');
    return undefined;
  } catch (error) {
    if (!(error instanceof AlreadyRecordedError)) throw error;
    if (due.trigger === 'manual') {
      const reason = 'another backup by hand, asked for in the same second, has this slot';
      due.report.addRecord(record, 'skipped', { reason });
    }
    return undefined;
  }
}

function toRecord(volume: Volume, due: Due): BackupRecord {
  const { policy, slotAt, trigger, type, deps } = due;
  const now = deps.clock.now();
  const key = { cloud: policy.cloud, volumeId: volume.id, policy: policy.name, slotAt, attempt: 1 };
  const via = pathFor(volume, policy);
  const record: BackupRecord = {
    ...key,
    name: markerName({ ...key, deployment: deps.deployment.name }),
    state: 'waiting',
    trigger,
    volume: factsOf(volume),
    via: via ?? 'volume',
    ...(type !== undefined && { type }),
    ...(type === 'full' && { whyFull: 'requested' as const }),
    recordedAt: now,
    openedAt: now,
    version: 0,
  };
  if (via !== undefined) return record;
  const reason = 'the volume is in use';
  return { ...record, state: 'skipped', reason, endedAt: now, forgetAt: forgetAt({ deps }) };
}

/** undefined: the policy skips volumes in use. */
function pathFor(volume: Volume, policy: Policy): BackupPath | undefined {
  if (volume.status !== 'in-use') return 'volume';
  return policy.inUse === 'skip' ? undefined : policy.inUse;
}
