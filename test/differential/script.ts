import type { Headers } from 'undici';
import type { Somebody } from './people.ts';

/** Who asks: of the script's own project, but `other` and `cloudadmin`, who have tokens for other ones. */
export type Who = 'member' | 'reader' | 'admin' | 'other' | 'cloudadmin' | 'nobody';

export interface Asked {
  readonly as?: Who;
  /** Sent instead of a token of `as`. */
  readonly token?: string;
  /** Of Cinder's API; without it no header is sent, which is 3.0. */
  readonly version?: string;
  /** A string is sent as it is, anything else as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
  /** The text at a path of keys and numbers: `backup.id`, `backups.0.id`. @throws when there is none. */
  text(path: string): string;
}

/**
 * What a script may do to the cloud in front of it, a real or the embedded one.
 *
 * Paths are those of Cinder below the script's project (`/backups`); `cinder:` and `keystone:` before a path stand for
 * the root of that service.
 */
export interface Stage {
  readonly projectId: string;
  readonly otherProjectId: string;
  /** To be put into the names of what has to be the only one of its name in the whole cloud. */
  readonly run: string;
  readonly userIdOf: (who: Somebody) => string;
  /** The `password` part of a login. */
  readonly passwordOf: (who: Somebody) => Readonly<Record<string, unknown>>;

  /** Asks, and puts question and answer into the transcript. What the answer made is called by the exchange's name. */
  ask(name: string, method: string, path: string, asked?: Asked): Promise<Answered>;
  /** Asks as `member` at 3.70 for what the script needs; @throws unless the answer is a success. */
  need(method: string, path: string, asked?: Asked): Promise<Answered>;
  /** Calls an id, or a secret, by a name from now on. */
  call(id: string, name: string): void;

  /** An available volume, with something written at its beginning unless `empty`. */
  volume(name: string, options?: { readonly sizeGib?: number; readonly empty?: true }): Promise<string>;
  /** A backup that has ended. */
  backup(volumeId: string, fields?: Readonly<Record<string, unknown>>): Promise<string>;
  write(volumeId: string, offsetBytes: number, text: string): Promise<void>;
  /** Until the backup has ended, in whatever status, or is gone. */
  backupEnds(id: string): Promise<void>;
  /** Until the volume has one of these statuses, or is gone. */
  volumeIs(id: string, ...statuses: readonly string[]): Promise<void>;
  snapshotIs(id: string, ...statuses: readonly string[]): Promise<void>;
  /** Deletes the backup and waits until it is gone. */
  drop(id: string): Promise<void>;
  /** Long enough for the next stamp to be another one. */
  tick(): Promise<void>;

  /** Nothing that is asked of cinder-backup ends before it is let go. */
  hold(): Promise<void>;
  letGo(): Promise<void>;
  /** Backups of and restores to the volume take so long from now on that a script can get between. */
  slowDown(volumeId: string): Promise<void>;
  /** Backups of and restores to the volume fail from now on, until it is healed. */
  fail(volumeId: string): Promise<void>;
  heal(volumeId: string): Promise<void>;
  /** Kills cinder-backup and waits until the cloud has missed it. */
  stopBackups(): Promise<void>;
  startBackups(): Promise<void>;
  /** Forgets backups as a lost database would; what they stored stays. */
  forget(...ids: readonly string[]): Promise<void>;
}

export interface Script {
  readonly name: string;
  /**
   * Whether nothing else can be tried on the same real cloud meanwhile, as it kills a service, changes what all projects see, or gives
   * and takes roles: a Keystone that is asked much at once at times misses some. One that is so slow is played `when recording` only.
   */
  readonly playsAlone?: true | 'when recording';
  play(stage: Stage): Promise<void>;
}

export const UNKNOWN = '11111111-2222-4333-8444-555555555555';
