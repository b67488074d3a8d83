import { NewestFirst } from './newest-first.ts';

interface Owned {
  readonly id: string;
  readonly project_id: string;
  readonly created_at: number;
}

/** One table: its rows by id, and in list order by project and (where rows belong to a volume) by volume. */
export class RowStore<R extends Owned> {
  readonly #byId = new Map<string, R>();
  readonly #byProject = new Map<string, NewestFirst<R>>();
  readonly #byVolume = new Map<string, NewestFirst<R>>();
  /** Kept from the first time on that an administrator asks for it. */
  #ofEveryProject: NewestFirst<R> | undefined;
  readonly #volumeOf: (row: R) => string | undefined;
  #onChange: ((id: string) => void) | undefined;

  constructor(volumeOf: (row: R) => string | undefined = () => undefined) {
    this.#volumeOf = volumeOf;
  }

  /** Lets somebody know of each row that is inserted, changed or removed. */
  watch(onChange: (id: string) => void): void {
    this.#onChange = onChange;
  }

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): R | undefined {
    return this.#byId.get(id);
  }

  all(): IterableIterator<R> {
    return this.#byId.values();
  }

  ofProject(projectId: string): NewestFirst<R> {
    return this.#byProject.get(projectId) ?? new NewestFirst();
  }

  ofVolume(volumeId: string): NewestFirst<R> {
    return this.#byVolume.get(volumeId) ?? new NewestFirst();
  }

  ofEveryProject(): NewestFirst<R> {
    if (this.#ofEveryProject === undefined) {
      this.#ofEveryProject = new NewestFirst();
      for (const row of this.#byId.values()) this.#ofEveryProject.insert(row);
    }
    return this.#ofEveryProject;
  }

  insert(row: R): void {
    this.#byId.set(row.id, row);
    this.#onChange?.(row.id);
    indexOf(this.#byProject, row.project_id).insert(row);
    this.#ofEveryProject?.insert(row);
    const volumeId = this.#volumeOf(row);
    if (volumeId !== undefined) indexOf(this.#byVolume, volumeId).insert(row);
  }

  /** Changes a row; whoever has it sees the change. What the row is found and ordered by cannot be changed. */
  update(row: R, changes: Partial<Omit<R, keyof Owned | 'job'>>): void {
    Object.assign(row, changes);
    this.#onChange?.(row.id);
  }

  remove(row: R): void {
    if (this.#byId.get(row.id) !== row) return;
    this.#byId.delete(row.id);
    this.#onChange?.(row.id);
    this.#byProject.get(row.project_id)?.remove(row);
    this.#ofEveryProject?.remove(row);
    const volumeId = this.#volumeOf(row);
    if (volumeId === undefined) return;
    const index = this.#byVolume.get(volumeId);
    index?.remove(row);
    if (index?.size === 0) this.#byVolume.delete(volumeId);
  }
}

function indexOf<R extends Owned>(indexes: Map<string, NewestFirst<R>>, key: string): NewestFirst<R> {
  let index = indexes.get(key);
  if (index === undefined) {
    index = new NewestFirst();
    indexes.set(key, index);
  }
  return index;
}
