import type { Catalog } from '../../app/ports.ts';
import type { EndedPage } from '../../domain/backup-record.ts';
import { allOf, joinKey, mapOf, putNew, type Section, toPages } from './keyed.ts';

type EndedOperations = Pick<Catalog, 'noteEnded' | 'listEnded'>;

export function createMemoryEnded(): Section<EndedOperations, EndedPage> {
  const byCloud = new Map<string, Map<string, EndedPage>>();
  const keyOf = ({ endedAt, backups }: EndedPage) => joinKey(endedAt, backups[0]?.backupId ?? '');
  const operations: EndedOperations = {
    async noteEnded(page) {
      mapOf(byCloud, page.cloud).set(keyOf(page), page);
    },
    async *listEnded(cloud) {
      const pages = [...mapOf(byCloud, cloud).values()];
      yield* toPages(pages.sort((a, b) => b.endedAt.getTime() - a.endedAt.getTime()));
    },
  };
  return {
    operations,
    all: () => allOf(byCloud),
    insert: (page) => putNew(mapOf(byCloud, page.cloud), keyOf(page), page),
  };
}
