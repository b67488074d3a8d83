import type { BackupRecord } from '../../domain/backup-record.ts';
import { isRestoreRecord, type RestoreRecord } from '../../domain/restore-record.ts';
import type { Catalog, OpenRecord } from '../ports.ts';

const POLL_MS = 15_000;
/** The index of work may lag behind the table. */
const OVERLAP_MS = 60_000;

/**
 * Open records as they come, oldest first, a page at a time, so that a slot of 100,000 volumes never stands in memory whole.
 */
export interface Arrivals {
  /** The next page, or undefined when there is nothing new at present. */
  next(now: Date): Promise<readonly BackupRecord[] | undefined>;
  /** Whether the index has been read to its end since the last poll was due. */
  isDrained(now: Date): boolean;
  /** Pages of all that an earlier worker left begun, wherever it stands among what waits. */
  listBegun(): AsyncIterable<readonly BackupRecord[]>;
}

export function createArrivals(
  catalog: Catalog,
  cloud: string,
  onRestores: (restores: readonly RestoreRecord[]) => void = () => {},
): Arrivals {
  let pages: AsyncIterator<readonly OpenRecord[]> | undefined = open();
  let newest: Date | undefined;
  let drainedAt: Date | undefined;

  function open(openedSince?: Date) {
    return catalog.listWork(cloud, openedSince === undefined ? {} : { openedSince })[Symbol.asyncIterator]();
  }
  function isDrained(now: Date): boolean {
    return pages === undefined && drainedAt !== undefined && now.getTime() - drainedAt.getTime() < POLL_MS;
  }
  /** Restores are not this worker's: whoever wants to know of them is told. */
  function takeRecords(page: readonly OpenRecord[]): readonly BackupRecord[] {
    const restores = page.filter(isRestoreRecord);
    if (restores.length === 0) return page as readonly BackupRecord[];
    onRestores(restores);
    return page.filter((record): record is BackupRecord => !isRestoreRecord(record));
  }
  return {
    isDrained,
    listBegun: () => catalog.listBegun(cloud),
    async next(now) {
      while (!isDrained(now)) {
        pages ??= open(newest === undefined ? undefined : new Date(newest.getTime() - OVERLAP_MS));
        const page = await pages.next();
        if (page.done === true) {
          pages = undefined;
          drainedAt = now;
          return undefined;
        }
        const records = takeRecords(page.value);
        newest = records.at(-1)?.openedAt ?? newest;
        if (records.length > 0) return records;
      }
      return undefined;
    },
  };
}
