import type { BackupId } from './backup.ts';

interface Child {
  readonly backupId: BackupId;
  readonly parentId?: BackupId;
}

export interface ParentsFirst<Item> {
  /** Each level is based on nothing but earlier ones and what is there already. */
  readonly levels: readonly (readonly Item[])[];
  /** Their chain does not go back to a full, as far as is known. */
  readonly orphans: readonly Item[];
}

/** Backups in an order in which each comes after what it is based on. */
export function orderByParents<Item extends Child>(
  items: readonly Item[],
  isThere: (id: BackupId) => boolean,
): ParentsFirst<Item> {
  const children = Map.groupBy(items, ({ parentId }) => parentId);
  const isBase = ({ parentId }: Item): boolean => parentId === undefined || isThere(parentId);
  const levels: (readonly Item[])[] = [];
  const placed = new Set<Item>();
  let level = items.filter(isBase);
  while (level.length > 0) {
    levels.push(level);
    for (const item of level) placed.add(item);
    level = level.flatMap(({ backupId }) => children.get(backupId) ?? []).filter((item) => !placed.has(item));
  }
  return { levels, orphans: items.filter((item) => !placed.has(item)) };
}
