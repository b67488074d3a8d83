import type { Backup, BackupId, BackupType } from './backup.ts';
import { inferChains } from './backup-chain.ts';
import { planBackup } from './backup-plan.ts';
import { createChainView, type VolumeChain } from './chain-view.ts';
import type { Decision } from './decision.ts';
import { nextDecisionAt } from './next-decision.ts';
import type { Policy } from './policy.ts';
import { type PlannedBackup, planPrune } from './prune-plan.ts';
import { slotsBetween } from './slot.ts';

/** One volume under one policy, from an instant on. */
export interface CourseInput {
  readonly policy: Policy;
  /** What exists at `from` is looked at then; slots count from just after it. */
  readonly from: Date;
  /** Slots count up to and with this instant. */
  readonly until: Date;
  readonly sizeGib: number;
  /** What exists already, foreign backups included. */
  readonly history?: readonly PlannedBackup[];
  /** Slots whose backup is a full, whatever the policy's own placement. */
  readonly isFull?: (slotAt: Date) => boolean;
  /** Slots without a backup. */
  readonly isMissed?: (slotAt: Date) => boolean;
  /** After which of the slots, counted from 0, it is decided what to delete; left out: after each. */
  readonly isDecided?: (slotIndex: number, slotAt: Date) => boolean;
}

/** The volume's backups right after a decision. */
export interface CourseState {
  readonly at: Date;
  /** Absent: time alone changed a verdict. */
  readonly made?: BackupType;
  /** Of the chain of the newest backup. */
  readonly chainLength: number;
  /** On everything there was; what is to be deleted is gone from then on. */
  readonly decisions: readonly Decision[];
  /** How many days of change each incremental holds; of all that ever were. */
  readonly changeDays: ReadonlyMap<BackupId, number>;
  /** What stays, oldest first. */
  readonly backups: readonly PlannedBackup[];
}

const DAY_MS = 86_400_000;

/**
 * What becomes of a volume, by the planners that decide on real ones, if every backup is made in its slot and every deletion carried out
 * at once. It is decided after each slot and whenever time alone changes a verdict; between, nothing can change.
 */
export function* runCourse(input: CourseInput): Generator<CourseState, void> {
  const { policy, from, until, isMissed, isDecided } = input;
  const policies = new Map([[policy.name, policy]]);
  const volume = openVolume(input);
  let decideAt = input.history === undefined ? undefined : from;
  const decide = (now: Date, made?: BackupType): CourseState => {
    const decisions = planPrune({ backups: volume.backups(), policies, now });
    decideAt = nextDecisionAt(decisions, { policies, now });
    volume.drop(decisions);
    const { changeDays } = volume;
    return {
      at: now,
      ...(made && { made }),
      chainLength: volume.chainLength(),
      decisions,
      changeDays,
      backups: volume.backups(),
    };
  };

  let index = 0;
  for (const slotAt of slotsBetween(policy.schedule, from, until)) {
    while (decideAt !== undefined && decideAt.getTime() < slotAt.getTime()) yield decide(decideAt);
    const isDue = isDecided?.(index, slotAt) ?? true;
    index += 1;
    if (isMissed?.(slotAt)) continue;
    const made = volume.add(slotAt);
    if (isDue) yield decide(slotAt, made);
  }
  while (decideAt !== undefined && decideAt.getTime() <= until.getTime()) yield decide(decideAt);
}

/** The cloud's part: which backups a volume has, and what Cinder shows of them. */
function openVolume({ policy, sizeGib, history = [], isFull }: CourseInput) {
  const stored = new Map<BackupId, PlannedBackup>();
  const changeDays = new Map<BackupId, number>();
  const parents = new Map<BackupId, BackupId>();
  const children = new Map<BackupId, number>();
  let view = createChainView(isOurs);
  let chainLength = 0;

  function isOurs({ id }: Backup): boolean {
    return stored.get(id)?.policy !== undefined;
  }
  function setFlag(id: BackupId, hasDependentBackups: boolean): void {
    const known = stored.get(id);
    if (known === undefined || known.backup.hasDependentBackups === hasDependentBackups) return;
    stored.set(id, { ...known, backup: { ...known.backup, hasDependentBackups } });
  }
  function link(backup: Backup, parentId: BackupId, parentAt: Date): void {
    parents.set(backup.id, parentId);
    children.set(parentId, (children.get(parentId) ?? 0) + 1);
    changeDays.set(backup.id, (backup.dataTimestampAt.getTime() - parentAt.getTime()) / DAY_MS);
    setFlag(parentId, true);
  }
  function unlink(id: BackupId): void {
    const parentId = parents.get(id);
    parents.delete(id);
    if (parentId === undefined) return;
    const left = (children.get(parentId) ?? 1) - 1;
    children.set(parentId, left);
    if (left === 0) setFlag(parentId, false);
  }
  function readChain(): VolumeChain | undefined {
    view = createChainView(isOurs);
    for (const { backup } of [...stored.values()].reverse()) view.observe(backup);
    return view.chainOf(VOLUME_ID);
  }

  for (const each of history.toSorted(compareCreation)) {
    stored.set(each.backup.id, { ...each, backup: { ...each.backup, volumeId: VOLUME_ID } });
  }
  for (const { backup, parents: possible } of inferChains(history.map((each) => each.backup)).values()) {
    const parent = possible[0]?.backup;
    if (parent !== undefined) link(backup, parent.id, parent.dataTimestampAt);
  }
  chainLength = readChain()?.head?.length ?? 0;

  return {
    changeDays: changeDays as ReadonlyMap<BackupId, number>,
    chainLength: () => chainLength,
    backups: (): readonly PlannedBackup[] => [...stored.values()],
    add(slotAt: Date): BackupType {
      const chain = view.chainOf(VOLUME_ID);
      const { type } = planBackup({
        policy,
        slotAt,
        volumeSizeGib: sizeGib,
        cloudNow: slotAt,
        ...(chain && { chain }),
        ...(isFull?.(slotAt) && { requestedType: 'full' }),
      });
      const head = type === 'full' ? undefined : chain?.head;
      const backup = aForecastBackup(slotAt, head !== undefined, sizeGib);
      if (head !== undefined) link(backup, head.backupId, head.dataTimestampAt);
      stored.set(backup.id, { backup, policy: policy.name, slotAt });
      view.note(backup);
      chainLength = (head?.length ?? 0) + 1;
      return type;
    },
    drop(decisions: readonly Decision[]): void {
      const headId = view.chainOf(VOLUME_ID)?.head?.backupId;
      for (const { verdict, backup } of decisions) {
        if (verdict !== 'delete') continue;
        stored.delete(backup.id);
        unlink(backup.id);
      }
      // Only a duty to delete takes the newest.
      if (headId !== undefined && !stored.has(headId)) chainLength = readChain()?.head?.length ?? 0;
    },
  };
}

const VOLUME_ID = 'forecast';

function compareCreation(a: PlannedBackup, b: PlannedBackup): number {
  return a.backup.createdAt.getTime() - b.backup.createdAt.getTime();
}

/** A slot has one backup. */
function aForecastBackup(slotAt: Date, isIncremental: boolean, sizeGib: number): Backup {
  const id = `forecast-${slotAt.toISOString()}`;
  return {
    id,
    volumeId: VOLUME_ID,
    name: id,
    description: '',
    status: 'available',
    statusText: 'available',
    isIncremental,
    hasDependentBackups: false,
    sizeGib,
    objectCount: 0,
    createdAt: slotAt,
    dataTimestampAt: slotAt,
  };
}
