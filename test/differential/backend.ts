import type { People } from './people.ts';

export interface Login {
  readonly token: string;
  readonly userId: string;
  /** Of the token's project. */
  readonly projectId: string;
}

/** What a stage stands on: one cloud with new people in it, and the hands that can be laid on it. */
export interface Backend {
  /** `http://127.0.0.1:8776`, without a path. */
  readonly cinderRoot: string;
  /** Where Keystone's version list is, without a slash at the end. */
  readonly keystoneRoot: string;
  /** In the names of everything that has to be the only one of its name. */
  readonly run: string;
  readonly people: People;
  /** Waits, or puts the cloud's clock forward. */
  pass(seconds: number): Promise<void>;
  /** How long to wait between two looks at something that is under way. */
  readonly pollSeconds: number;
  write(volumeId: string, offsetBytes: number, bytes: Uint8Array): Promise<void>;
  hold(): Promise<void>;
  letGo(): Promise<void>;
  slowDown(volumeId: string): Promise<void>;
  fail(volumeId: string): Promise<void>;
  heal(volumeId: string): Promise<void>;
  stopBackups(): Promise<void>;
  startBackups(): Promise<void>;
  forget(ids: readonly string[]): Promise<void>;
  close(): Promise<void>;
}
