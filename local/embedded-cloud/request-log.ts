export interface RequestRecord {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly operation: string;
  /** 0 where a fault cut the connection before any work. */
  readonly status: number;
}

const RECORDS_MAX = 100_000;

/** The requests that the cloud has had: all of them counted, the first 100,000 since the last reset also listed. */
export class RequestLog {
  #records: RequestRecord[] = [];
  #total = 0;
  readonly #counts = new Map<string, number>();

  add(record: RequestRecord): void {
    this.#total += 1;
    this.#counts.set(record.operation, (this.#counts.get(record.operation) ?? 0) + 1);
    if (this.#records.length < RECORDS_MAX) this.#records.push(record);
  }

  get total(): number {
    return this.#total;
  }

  list(): readonly RequestRecord[] {
    return [...this.#records];
  }

  countOf(operation: string): number {
    return this.#counts.get(operation) ?? 0;
  }

  counts(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#counts);
  }

  reset(): void {
    this.#records = [];
    this.#total = 0;
    this.#counts.clear();
  }
}
