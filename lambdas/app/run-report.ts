import type { BackupId, BackupType, VolumeId } from '../domain/backup.ts';
import type { BackupRecord, FullReason } from '../domain/backup-record.ts';

export type ItemOutcome =
  | 'available'
  | 'creating'
  | 'waiting'
  | 'failed'
  | 'stuck'
  | 'skipped'
  | 'missed'
  | 'deleted'
  | 'deleting'
  | 'held'
  | 'kept'
  | 'lost'
  | 'adopted'
  | 'pinned'
  | 'unpinned'
  | 'exported'
  | 'imported'
  | 'merged'
  | 'refused'
  | 'restored'
  | 'restoring'
  | 'proved'
  | 'covered'
  | 'stale'
  | 'uncovered'
  | 'unproved'
  | 'new'
  | 'unselected';

/** What became of one thing. `isFailure` makes the run fail, after all other items were done. */
export interface ReportItem {
  readonly outcome: ItemOutcome;
  readonly isFailure: boolean;
  readonly cloud?: string;
  readonly policy?: string;
  readonly volumeId?: VolumeId;
  readonly volumeName?: string;
  readonly slotAt?: Date;
  readonly attempt?: number;
  readonly type?: BackupType;
  readonly whyFull?: FullReason;
  readonly backupId?: BackupId;
  /** Of a restore: the volume that it is into (its id when that is known), what its contents are of, and how long it took. */
  readonly targetId?: VolumeId;
  readonly targetName?: string;
  readonly asOf?: Date;
  readonly tookMs?: number;
  /** Of a volume: of when its newest good backup is. */
  readonly newestGoodAt?: Date;
  readonly reason?: string;
}

/** Counts first, then what a person has to know; `counts` covers every item, `items` at most `ITEM_LIMIT` of a kind. */
export interface RunReport {
  readonly run: string;
  readonly dryRun: boolean;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly counts: Readonly<Partial<Record<ItemOutcome, number>>>;
  readonly failedCount: number;
  readonly warnings: readonly string[];
  /** Failures first, each group in the order in which it happened. */
  readonly items: readonly ReportItem[];
  readonly omittedItemCount: number;
}

/** Items of which only is known how many there were. */
export interface OmittedItems {
  readonly outcome: ItemOutcome;
  readonly isFailure: boolean;
  readonly count: number;
}

/** Failures and others are each kept up to this many; a report has to fit a Lambda's answer and a small memory. */
export const ITEM_LIMIT = 1_000;

function isSameSlot(a: ReportItem, b: ReportItem): boolean {
  return a.policy === b.policy && a.volumeId === b.volumeId && a.slotAt?.getTime() === b.slotAt?.getTime();
}

/** Collects what happened in one run. */
export class ReportBuilder {
  readonly #run: string;
  readonly #startedAt: Date;
  readonly #dryRun: boolean;
  readonly #counts: Partial<Record<ItemOutcome, number>> = {};
  readonly #failures: ReportItem[] = [];
  readonly #others: ReportItem[] = [];
  readonly #warnings = new Set<string>();
  #failedCount = 0;
  #itemCount = 0;

  constructor(run: string, startedAt: Date, dryRun = false) {
    this.#run = run;
    this.#startedAt = startedAt;
    this.#dryRun = dryRun;
  }

  add(item: ReportItem): void {
    this.#counts[item.outcome] = this.count(item.outcome) + 1;
    this.#itemCount += 1;
    if (item.isFailure) this.#failedCount += 1;
    const list = item.isFailure ? this.#failures : this.#others;
    if (list.length < ITEM_LIMIT) list.push(item);
    if (item.outcome === 'available' && (item.attempt ?? 1) > 1) this.#forgive(item);
  }

  /** A retry that succeeds in the same run makes good what its earlier attempts failed in. */
  #forgive(success: ReportItem): void {
    const made = this.#failures.filter((failure) => isSameSlot(failure, success));
    for (const failure of made) {
      this.#failures.splice(this.#failures.indexOf(failure), 1);
      this.#others.push({ ...failure, isFailure: false });
      this.#failedCount -= 1;
    }
  }

  addRecord(
    record: BackupRecord,
    outcome: ItemOutcome,
    details: { readonly isFailure?: boolean; readonly reason?: string } = {},
  ): void {
    const reason = details.reason ?? record.reason;
    this.add({
      outcome,
      isFailure: details.isFailure ?? false,
      cloud: record.cloud,
      policy: record.policy,
      volumeId: record.volumeId,
      volumeName: record.volume.name,
      slotAt: record.slotAt,
      attempt: record.attempt,
      ...(record.type !== undefined && { type: record.type }),
      ...(record.whyFull !== undefined && { whyFull: record.whyFull }),
      ...(record.backupId !== undefined && { backupId: record.backupId }),
      ...(reason !== undefined && { reason }),
    });
  }

  /** Counts items that are not worth keeping. */
  omit({ outcome, isFailure, count }: OmittedItems): void {
    this.tally(outcome, count);
    this.#itemCount += count;
    if (isFailure) this.#failedCount += count;
  }

  /** Counts without an item each: for what is as it should be and too many to name. */
  tally(outcome: ItemOutcome, count: number): void {
    if (count > 0) this.#counts[outcome] = this.count(outcome) + count;
  }

  warn(text: string): void {
    this.#warnings.add(text);
  }

  count(outcome: ItemOutcome): number {
    return this.#counts[outcome] ?? 0;
  }

  get failedCount(): number {
    return this.#failedCount;
  }

  finish(endedAt: Date): RunReport {
    const items = [...this.#failures, ...this.#others];
    return {
      run: this.#run,
      dryRun: this.#dryRun,
      startedAt: this.#startedAt,
      endedAt,
      counts: this.#counts,
      failedCount: this.#failedCount,
      warnings: [...this.#warnings],
      items,
      omittedItemCount: this.#itemCount - items.length,
    };
  }
}

/** One policy's or cloud's failure does not stop the others: it becomes an item of the report, which makes the run fail. */
export async function collectFailure(
  report: ReportBuilder,
  where: { readonly policy?: string; readonly cloud: string; readonly volumeId?: VolumeId },
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    report.add({ outcome: 'failed', isFailure: true, ...where, reason });
  }
}
