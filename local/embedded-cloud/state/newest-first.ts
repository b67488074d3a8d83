interface Dated {
  readonly id: string;
  readonly created_at: number;
}

/** The order of Cinder's lists: newest first, and of one second the greater id first. Negative when `a` comes first. */
export function compareNewestFirst(a: Dated, b: Dated): number {
  if (a.created_at !== b.created_at) return b.created_at - a.created_at;
  if (a.id === b.id) return 0;
  return a.id > b.id ? -1 : 1;
}

/**
 * Rows kept in the order of Cinder's lists, so that a page costs what it holds and not what exists.
 * Kept ascending inside: new rows are almost always the newest, and are appended.
 */
export class NewestFirst<R extends Dated> {
  readonly #ascending: R[] = [];

  get size(): number {
    return this.#ascending.length;
  }

  insert(row: R): void {
    const at = this.#firstNotOlder(row);
    if (at === this.#ascending.length) this.#ascending.push(row);
    else this.#ascending.splice(at, 0, row);
  }

  remove(row: R): void {
    const at = this.#firstNotOlder(row);
    if (this.#ascending[at] === row) this.#ascending.splice(at, 1);
  }

  /** The row at a rank, 0 being the newest. */
  at(rank: number): R | undefined {
    return this.#ascending[this.#ascending.length - 1 - rank];
  }

  /** The rank of the first row that comes after `row` in the list; `row` itself need not be in it. */
  rankAfter(row: Dated): number {
    return this.#ascending.length - this.#firstNotOlder(row);
  }

  *[Symbol.iterator](): Generator<R> {
    for (let at = this.#ascending.length - 1; at >= 0; at -= 1) yield this.#ascending[at] as R;
  }

  /** Ascending position of the first row that is `row` or newer. */
  #firstNotOlder(row: Dated): number {
    let low = 0;
    let high = this.#ascending.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compareNewestFirst(this.#ascending[middle] as R, row) > 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
