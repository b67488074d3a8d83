/** Something that happens at an instant of the cloud's clock. */
interface Entry {
  readonly dueMs: number;
  readonly order: number;
  readonly happen: (atMs: number) => void;
}

const isBefore = (a: Entry, b: Entry): boolean =>
  a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.order < b.order);

/**
 * What is still to happen, ordered by due instant; entries of one instant keep the order in which they were put.
 *
 * There are no timers: whoever looks at the cloud settles what is due first, so that a clock which jumps by a
 * month or stands still works like a real one.
 */
export class Timeline {
  readonly #heap: Entry[] = [];
  #order = 0;

  put(dueMs: number, happen: (atMs: number) => void): void {
    this.#order += 1;
    this.#heap.push({ dueMs, order: this.#order, happen });
    this.#rise(this.#heap.length - 1);
  }

  /** Lets everything due at `nowMs` happen, each at its own due instant; what that schedules is settled too. */
  settle(nowMs: number): void {
    for (let first = this.#heap[0]; first !== undefined && first.dueMs <= nowMs; first = this.#heap[0]) {
      this.#removeFirst();
      first.happen(first.dueMs);
    }
  }

  /** Lets everything happen that is still to happen, and what that schedules: what is not due yet at `nowMs`. */
  finish(nowMs: number): void {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      this.#removeFirst();
      first.happen(Math.min(first.dueMs, nowMs));
    }
  }

  get nextDueMs(): number | undefined {
    return this.#heap[0]?.dueMs;
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    this.#sink(0);
  }

  #rise(from: number): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, above)) return;
      at = above;
    }
  }

  #sink(from: number): void {
    let at = from;
    for (;;) {
      const left = 2 * at + 1;
      if (left >= this.#heap.length) return;
      const right = left + 1;
      const rightFirst = right < this.#heap.length && isBefore(this.#entry(right), this.#entry(left));
      const below = rightFirst ? right : left;
      if (!this.#swapIfBefore(below, at)) return;
      at = below;
    }
  }

  #swapIfBefore(lower: number, upper: number): boolean {
    const a = this.#entry(lower);
    const b = this.#entry(upper);
    if (!isBefore(a, b)) return false;
    this.#heap[lower] = b;
    this.#heap[upper] = a;
    return true;
  }

  #entry(at: number): Entry {
    return this.#heap[at] as Entry;
  }
}
