export * from './ports/catalog.ts';
export * from './ports/cloud.ts';
export * from './ports/hook.ts';

/** The only source of time. */
export interface Clock {
  now(): Date;
  /** Resolves after `ms` on this clock; never rejects. An aborted signal ends the wait early. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export type LogFields = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
}
