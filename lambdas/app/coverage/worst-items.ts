import { ITEM_LIMIT, type ItemOutcome, type OmittedItems, type ReportItem } from '../run-report.ts';

/** Worst first. */
const ORDER: readonly ItemOutcome[] = ['failed', 'uncovered', 'stale', 'missed', 'unproved'];

/** The worst of very many items; of the rest only how many there were. */
export interface WorstItems {
  add(item: ReportItem): void;
  /** Failures first, worst first. */
  read(): readonly ReportItem[];
  readOmitted(): readonly OmittedItems[];
}

/** Keeps as many failures, and as many others, as a report does. */
export function createWorstItems(limit = ITEM_LIMIT): WorstItems {
  const kept = { failures: [] as ReportItem[], others: [] as ReportItem[] };
  const omitted = new Map<string, OmittedItems>();

  function cut(list: ReportItem[]): void {
    list.sort(compareWorstFirst);
    for (const { outcome, isFailure } of list.splice(limit)) {
      const key = `${outcome} ${isFailure}`;
      const count = (omitted.get(key)?.count ?? 0) + 1;
      omitted.set(key, { outcome, isFailure, count });
    }
  }

  return {
    add(item) {
      const list = item.isFailure ? kept.failures : kept.others;
      list.push(item);
      // Not at each, as sorting takes time.
      if (list.length >= 2 * limit) cut(list);
    },
    read() {
      cut(kept.failures);
      cut(kept.others);
      return [...kept.failures, ...kept.others];
    },
    readOmitted: () => [...omitted.values()],
  };
}

/** By what it is, then the oldest newest backup first. */
function compareWorstFirst(a: ReportItem, b: ReportItem): number {
  return rankOf(a) - rankOf(b) || stampOf(a) - stampOf(b);
}

function rankOf({ outcome }: ReportItem): number {
  const rank = ORDER.indexOf(outcome);
  return rank < 0 ? ORDER.length : rank;
}

function stampOf({ newestGoodAt, slotAt }: ReportItem): number {
  return (newestGoodAt ?? slotAt)?.getTime() ?? 0;
}
