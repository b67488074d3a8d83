import { randomUUID } from 'node:crypto';
import { type BackupStorage, MemoryBackupStorage } from '../content/backup-storage.ts';
import { MemoryBlockPool } from '../content/block-pool.ts';
import { VolumeContents } from '../content/volume-contents.ts';
import { FaultSchedule } from '../faults/faults.ts';
import { Identity, type Project } from '../identity/identity.ts';
import { type Amounts, Quotas } from '../quotas/quotas.ts';
import type { VolumeTypeRow } from '../types/volume-types.ts';
import { RowStore } from './row-store.ts';
import type { BackupRow, MessageRow, SnapshotRow, VolumeRow } from './rows.ts';
import { Timeline } from './timeline.ts';

export interface Clock {
  now(): Date;
}

/** How long the cloud's background work takes, in seconds of its clock. */
export interface Durations {
  readonly fullSeconds: number;
  readonly incrementalSeconds: number;
  readonly snapshotSeconds: number;
  readonly deleteSeconds: number;
  readonly restoreSeconds: number;
  readonly volumeSeconds: number;
}

/** `zed` is Cinder 21 as recorded; `latest` differs where later releases do (parent choice, zones, reader's rights). */
export type Release = 'zed' | 'latest';

export interface CloudSettings {
  readonly release: Release;
  readonly maxMinor: number;
  readonly durations: Durations;
  readonly tokenSeconds: number;
  /** How long Cinder believes in a token that was revoked (keystonemiddleware's `token_cache_time`). */
  readonly tokenMemorySeconds: number;
  readonly pageLimit: number;
  readonly quotas: Amounts;
  readonly project: Partial<Project>;
}

/** Where the bytes are. */
export interface CloudBytes {
  readonly contents: VolumeContents;
  readonly storage: BackupStorage;
}

export const DEFAULT_ZONE = 'nova';

const MESSAGES_MAX = 1000;

/** Everything the embedded cloud knows. Whoever reads or changes it calls `settle` first. */
export class CloudState {
  readonly settings: CloudSettings;
  readonly identity: Identity;
  readonly quotas: Quotas;
  readonly faults = new FaultSchedule();
  readonly timeline = new Timeline();
  readonly volumes = new RowStore<VolumeRow>();
  readonly backups = new RowStore<BackupRow>((row) => row.volume_id);
  readonly snapshots = new RowStore<SnapshotRow>((row) => row.volume_id);
  /** The bytes of volumes and snapshots. */
  readonly contents: VolumeContents;
  /** The bytes of backups. */
  readonly storage: BackupStorage;
  readonly messages = new RowStore<MessageRow>();
  readonly types = new RowStore<VolumeTypeRow>();
  /** The availability zones of volumes. */
  readonly zones = new Set([DEFAULT_ZONE]);
  readonly serviceId = randomUUID();
  isBackupServiceUp = true;
  /** Backups asked for while cinder-backup was down; they fail in their own way when it is back. */
  readonly createdWhileDown = new Set<string>();
  readonly #clock: Clock;
  #jobs = 0;
  #save: ((nowMs: number) => void) | undefined;

  constructor(clock: Clock, settings: CloudSettings, bytes: CloudBytes = inMemory()) {
    this.#clock = clock;
    this.settings = settings;
    this.contents = bytes.contents;
    this.storage = bytes.storage;
    this.identity = new Identity(settings.project);
    this.quotas = new Quotas(settings.quotas);
  }

  /** Lets all that is due happen; returns the instant that it is now, in epoch milliseconds. */
  settle(): number {
    const nowMs = this.#clock.now().getTime();
    this.timeline.settle(nowMs);
    return nowMs;
  }

  /** Lets something happen to a row so many seconds from now, unless the row gets other work before. */
  beginJob(row: { job: number }, nowMs: number, seconds: number, finish: (atMs: number) => void): void {
    this.#jobs += 1;
    const job = this.#jobs;
    row.job = job;
    this.timeline.put(nowMs + seconds * 1000, (atMs) => {
      if (row.job !== job) return;
      row.job = 0;
      finish(atMs);
    });
  }

  addMessage(message: MessageRow): void {
    this.messages.insert(message);
    const [oldest] = this.messages.all();
    if (oldest !== undefined && this.messages.size > MESSAGES_MAX) this.messages.remove(oldest);
  }

  /** Lets all work under way end now, and well, as a cinder-backup does that is asked to stop. */
  finishWork(): void {
    this.timeline.finish(this.settle());
  }

  /** Does something to the cloud from the inside, at the present instant, and saves what came of it. */
  change<Result>(task: (nowMs: number) => Result): Result {
    const result = task(this.settle());
    this.commit();
    return result;
  }

  saveBy(save: (nowMs: number) => void): void {
    this.#save = save;
  }

  /** Called before anything is answered for: what has changed is saved, where it is to be saved at all. */
  commit(): void {
    this.#save?.(this.#clock.now().getTime());
  }
}

function inMemory(): CloudBytes {
  return { contents: new VolumeContents(new MemoryBlockPool()), storage: new MemoryBackupStorage() };
}

/** An instant as the rows keep it. */
export const toEpochSeconds = (epochMs: number): number => Math.floor(epochMs / 1000);
