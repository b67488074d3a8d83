import { startBackupService, stopBackupService } from '../backups/backup-service.ts';
import { type ForeignBackup, insertForeignBackup } from '../backups/foreign-backups.ts';
import { objectsOf } from '../content/backup-storage.ts';
import type { FaultRule } from '../faults/faults.ts';
import type { Project } from '../identity/identity.ts';
import { type QuotaOptions, toAmounts } from '../options.ts';
import type { RequestLog } from '../request-log.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { BackupRow, SnapshotRow, VolumeRow } from '../state/rows.ts';
import { digestVolume, readVolume, writeVolume } from '../volumes/volume-content.ts';
import { type BackupPatch, dropBackup, forgetBackup, patchBackup } from './control-backups.ts';
import {
  type AddVolume,
  addVolume,
  attachVolume,
  detachVolume,
  dropVolume,
  extendVolume,
  requireVolume,
  setSnapshotStatus,
  setVolumeStatus,
} from './control-volumes.ts';

/** What tests and the demonstration may do to the cloud behind its API's back, and what they may look at. */
export class CloudControl {
  /** Real-time delay of every answer of Cinder, in milliseconds. */
  latencyMs: number;
  readonly requests: RequestLog;
  readonly #cloud: CloudState;

  constructor(cloud: CloudState, requests: RequestLog, latencyMs: number) {
    this.#cloud = cloud;
    this.requests = requests;
    this.latencyMs = latencyMs;
  }

  setLatency(milliseconds: number): void {
    this.latencyMs = milliseconds;
  }

  /** When the next background work ends, on the cloud's clock; `undefined` when nothing is under way. */
  nextChangeAt(): Date | undefined {
    this.#cloud.settle();
    const dueMs = this.#cloud.timeline.nextDueMs;
    return dueMs === undefined ? undefined : new Date(dueMs);
  }

  addVolume(volume: AddVolume = {}): string {
    return this.#cloud.change((nowMs) => addVolume(this.#cloud, volume, nowMs));
  }

  attachVolume(id: string, serverId: string, device?: string): void {
    this.#changeVolume(id, (volume, nowMs) => attachVolume(this.#cloud, volume, { serverId, device }, nowMs));
  }

  detachVolume(id: string): void {
    this.#changeVolume(id, (volume) => detachVolume(this.#cloud, volume));
  }

  extendVolume(id: string, sizeGib: number): void {
    this.#changeVolume(id, (volume) => extendVolume(this.#cloud, volume, sizeGib));
  }

  setVolumeStatus(id: string, status: string): void {
    this.#changeVolume(id, (volume) => setVolumeStatus(this.#cloud, volume, status));
  }

  setSnapshotStatus(id: string, status: string): void {
    this.#cloud.change(() => setSnapshotStatus(this.#cloud, id, status));
  }

  /** The volume and its snapshots are gone at once; its backups stay. */
  removeVolume(id: string): void {
    this.#changeVolume(id, (volume) => dropVolume(this.#cloud, volume));
  }

  /**
   * Gives a volume content; what was never written is zero, and costs nothing.
   *
   * @throws {RangeError} for a range that is not all within the volume.
   */
  writeVolume(id: string, offset: number, bytes: Uint8Array): void {
    this.#changeVolume(id, (volume) => writeVolume(this.#cloud, volume, offset, bytes));
  }

  /** @throws {RangeError} for a range that is not all within the volume. */
  readVolume(id: string, offset: number, length: number): Uint8Array {
    return this.#changeVolume(id, (volume) => readVolume(this.#cloud, volume, offset, length));
  }

  /** A digest of the first `sizeGib` GiB of a volume (default: all of it), equal for equal bytes. */
  digestVolume(id: string, sizeGib?: number): string {
    return this.#changeVolume(id, (volume) => digestVolume(this.#cloud, volume, sizeGib));
  }

  /** The names of a backup's objects in the storage; none for one of a volume that was never written. */
  backupObjects(id: string): readonly string[] {
    return this.#cloud.change(() => objectsOf(this.#cloud.storage, id).map(({ name }) => name));
  }

  /** Loses one object of a backup, or all that the storage has of it: what needs it cannot be restored any more. */
  loseBackupObject(id: string, name?: string): void {
    this.#cloud.change(() => this.#cloud.storage.lose(id, name));
  }

  setQuota(quotas: QuotaOptions): void {
    this.#cloud.change(() =>
      this.#cloud.quotas.setLimits(this.#cloud.identity.project.id, toAmounts(quotas)),
    );
  }

  /** Puts a finished backup there, with its effect on quota and on its parent's count; returns its id. */
  addForeignBackup(backup: ForeignBackup): string {
    return this.#cloud.change(() => insertForeignBackup(this.#cloud, backup));
  }

  /** Changes a row as an operator in the database would; a new status ends what was under way, and frees its source. */
  setBackup(id: string, patch: BackupPatch): void {
    this.#cloud.change((nowMs) => patchBackup(this.#cloud, id, patch, nowMs));
  }

  /** Removes a backup at once, row and bytes, as an operator would: no check for dependents. */
  removeBackup(id: string): void {
    this.#cloud.change(() => dropBackup(this.#cloud, id));
  }

  /** Loses the row alone, as with the database; what the storage has stays, and the record can be imported again. */
  forgetBackup(id: string): void {
    this.#cloud.change(() => forgetBackup(this.#cloud, id));
  }

  /** The rows of all projects, with what no API shows: parents, counts of dependents. Newest first. */
  backups(): readonly Readonly<BackupRow>[] {
    this.#cloud.settle();
    return [...this.#cloud.backups.ofEveryProject()];
  }

  volumes(): readonly Readonly<VolumeRow>[] {
    this.#cloud.settle();
    return [...this.#cloud.volumes.ofEveryProject()];
  }

  snapshots(): readonly Readonly<SnapshotRow>[] {
    this.#cloud.settle();
    return [...this.#cloud.snapshots.ofEveryProject()];
  }

  /** @throws {z.ZodError} when the rule is not one. */
  addFault(rule: FaultRule): string {
    return this.#cloud.faults.add(rule);
  }

  removeFault(id: string): boolean {
    return this.#cloud.faults.remove(id);
  }

  clearFaults(): void {
    this.#cloud.faults.clear();
  }

  faults(): readonly { readonly id: string; readonly rule: FaultRule; readonly struck: number }[] {
    return this.#cloud.faults.list();
  }

  /** Puts another, empty project behind the same credentials, as when a project was deleted and made anew. */
  useProject(project: Partial<Project> = {}): Project {
    return this.#cloud.change(() => this.#cloud.identity.replaceProject(project));
  }

  /** Makes every token invalid at once, for Cinder too. */
  revokeTokens(): void {
    this.#cloud.change(() => this.#cloud.identity.tokens.forgetWhere(() => true));
  }

  stopBackupService(): void {
    this.#cloud.change(() => stopBackupService(this.#cloud));
  }

  startBackupService(): void {
    this.#cloud.change(() => startBackupService(this.#cloud));
  }

  #changeVolume<Result>(id: string, task: (volume: VolumeRow, nowMs: number) => Result): Result {
    return this.#cloud.change((nowMs) => task(requireVolume(this.#cloud, id), nowMs));
  }
}
