import type { Limits } from '../quotas/quotas.ts';
import type { CloudState } from '../state/cloud-state.ts';
import { compareNewestFirst } from '../state/newest-first.ts';
import type { RowStore } from '../state/row-store.ts';
import type { RowFile } from './row-file.ts';

interface SavedRow {
  readonly id: string;
  readonly project_id: string;
  readonly created_at: number;
}

/**
 * Fills a cloud's tables with what is in the database, and notes from then on which rows change.
 *
 * @returns writes down what changed since it was last called; says whether anything did.
 */
export function saveTables(cloud: CloudState, database: RowFile): () => boolean {
  const { types, volumes, snapshots, backups, messages } = cloud;
  const savers = [
    saveTable('type', types, database),
    saveTable('volume', volumes, database),
    saveTable('snapshot', snapshots, database),
    saveTable('backup', backups, database),
    saveTable('message', messages, database),
    saveQuotas(cloud, database),
  ];
  for (const { availability_zone } of volumes.all()) cloud.zones.add(availability_zone);
  return () => savers.filter((save) => save()).length > 0;
}

/** Work under way is not saved: it ends with the process. */
function saveTable<R extends SavedRow>(kind: string, table: RowStore<R>, database: RowFile): () => boolean {
  // The oldest first, as each then goes to the end of the table's order.
  const rows = Array.from(database.all(kind), (row) => ({ ...(row as R), job: 0 }));
  for (const row of rows.sort((a, b) => compareNewestFirst(b, a))) table.insert(row);
  return saveChanges(
    (note) => table.watch(note),
    (id) => {
      const row = table.get(id);
      if (row === undefined) database.remove(kind, id);
      else database.put(kind, id, { ...row, job: undefined });
    },
  );
}

/** Limits are saved; what is used is what the rows come to. */
function saveQuotas({ quotas, volumes, snapshots, backups }: CloudState, database: RowFile): () => boolean {
  for (const saved of database.all('quota')) {
    const { id, limits } = saved as { readonly id: string; readonly limits: Limits };
    quotas.setLimits(id, limits);
  }
  for (const { project_id, size, consumes_quota } of volumes.all()) {
    if (consumes_quota) quotas.add(project_id, { volumes: 1, gigabytes: size });
  }
  for (const { project_id, size } of snapshots.all())
    quotas.add(project_id, { snapshots: 1, gigabytes: size });
  for (const { project_id, size } of backups.all()) {
    quotas.add(project_id, { backups: 1, backup_gigabytes: size });
  }
  return saveChanges(
    (note) => quotas.watch(note),
    (id) => database.put('quota', id, { id, limits: quotas.ownLimits(id) }),
  );
}

/**
 * Notes what changes, until the returned function saves it; that says whether there was anything.
 *
 * @param watch is given what is to be called for each change.
 */
export function saveChanges(
  watch: (note: (id: string) => void) => void,
  save: (id: string) => void,
): () => boolean {
  const changed = new Set<string>();
  watch((id) => changed.add(id));
  return () => {
    const hasChanged = changed.size > 0;
    for (const id of changed) save(id);
    changed.clear();
    return hasChanged;
  };
}
