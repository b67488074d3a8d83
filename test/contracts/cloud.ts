import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BackupExport, Cloud, CreateBackupRequest, CreateOutcome } from '../../lambdas/app/ports.ts';
import type { Backup } from '../../lambdas/domain/backup.ts';
import { OPERATIONS } from '../../lambdas/domain/operation.ts';

/** What a test needs of a cloud beside the port: that which no user of one project can do, and time. */
export interface CloudFixture {
  readonly cloud: Cloud;
  /** The same project, entered by an administrator. */
  readonly administrator: Cloud;
  /** The cloud's database loses the backup, its storage does not. */
  forgetBackup(id: string): Promise<void>;
  /** Up to Zed, a latest backup that is not available refuses all incrementals. */
  readonly release: 'zed' | 'latest';
  /** An `available` volume. */
  newVolume(request?: {
    readonly name?: string;
    readonly metadata?: Readonly<Record<string, string>>;
    /** Default: 1. */
    readonly sizeGib?: number;
  }): Promise<string>;
  /** Makes it `in-use`; returns the id of the server. */
  attach(volumeId: string): Promise<string>;
  /** Makes it a GiB larger. */
  grow?(volumeId: string): Promise<void>;
  /** Writes into the volume behind the API's back, as its server would. */
  write(volumeId: string, offset: number, bytes: Uint8Array): Promise<void>;
  /** Equal for volumes of equal bytes. */
  digest(volumeId: string): Promise<string>;
  setBackupQuota(backups: number): Promise<void>;
  setVolumeQuota(volumes: number): Promise<void>;
  resetQuota(): Promise<void>;
  /** Every backup of the volume, and every restore into it, fails from now on; a backup with this in its reason. */
  failBackups(volumeId: string, reason: string): Promise<void>;
  /** cinder-backup goes down, until `startBackupService`, and the cloud has noticed. */
  stopBackupService?(): Promise<void>;
  startBackupService?(): Promise<void>;
  /** Lets time pass on the cloud. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

const POLL_MS = 250;
const MAX_POLLS = 480;
/** Stamps have whole seconds, and of equal ones Cinder takes the greater id for the newer. */
const BETWEEN_BACKUPS_MS = 2_100;

/** Every cloud must pass this: embedded at every microversion, and real. */
export function describeCloud(name: string, open: () => Promise<CloudFixture>): void {
  describe(`Cloud contract: ${name}`, () => {
    let fixture: CloudFixture;
    let cloud: Cloud;
    let hasMetadata: boolean;
    let hasMessages: boolean;
    beforeAll(async () => {
      fixture = await open();
      cloud = fixture.cloud;
      const { hasBackupMetadata, microversion } = await cloud.identify();
      hasMetadata = hasBackupMetadata;
      hasMessages = Number(microversion.slice(2)) >= 3;
    });
    afterAll(() => fixture?.close());

    async function waitFor<Found>(what: string, look: () => Promise<Found | undefined>): Promise<Found> {
      for (let polls = 0; polls < MAX_POLLS; polls += 1) {
        const found = await look();
        if (found !== undefined) return found;
        await fixture.pass(POLL_MS);
      }
      throw new Error(`waited in vain for ${what}`);
    }

    function waitForBackup(id: string, ...statuses: readonly Backup['status'][]): Promise<Backup> {
      return waitFor(`backup ${id} to be ${statuses.join(' or ')}`, async () => {
        const backup = await cloud.getBackup(id);
        return backup !== undefined && statuses.includes(backup.status) ? backup : undefined;
      });
    }

    function waitForVolume(id: string, status: string): Promise<unknown> {
      return waitFor(`volume ${id} to be ${status}`, async () => {
        const volume = await cloud.getVolume(id);
        return volume?.status === status ? volume : undefined;
      });
    }

    async function startBackup(
      volumeId: string,
      request: Partial<CreateBackupRequest> = {},
    ): Promise<string> {
      return idOf(
        await cloud.createBackup({ volumeId, name: `contract-${randomUUID()}`, type: 'full', ...request }),
      );
    }

    async function backUp(volumeId: string, request: Partial<CreateBackupRequest> = {}): Promise<Backup> {
      const ended = await waitForBackup(await startBackup(volumeId, request), 'available', 'error');
      await waitForVolume(
        volumeId,
        (await cloud.getVolume(volumeId))?.serverIds.length ? 'in-use' : 'available',
      );
      const nextAtMs = ended.createdAt.getTime() + BETWEEN_BACKUPS_MS;
      await fixture.pass(Math.max(0, nextAtMs - cloud.now().getTime()));
      return ended;
    }

    async function deleteAndWait(id: string): Promise<void> {
      expect(await cloud.deleteBackup(id)).toEqual({ outcome: 'accepted' });
      await waitFor(`backup ${id} to go`, async () =>
        (await cloud.getBackup(id)) === undefined ? true : undefined,
      );
    }

    function refusalOf(volumeId: string, request: Partial<CreateBackupRequest> = {}) {
      return cloud.createBackup({ volumeId, name: 'contract-refused', type: 'full', ...request });
    }

    it('says which project it is and what it speaks', async () => {
      const identity = await cloud.identify();
      expect(identity.projectId).toMatch(/^[0-9a-f]{32}$/);
      expect(identity.microversion).toMatch(/^3\.([0-9]|[1-6][0-9]|7[01])$/);
      expect(identity.canUpdateBackups).toBe(Number(identity.microversion.slice(2)) >= 9);
      expect(identity.hasBackupMetadata).toBe(Number(identity.microversion.slice(2)) >= 43);
      expect(await cloud.identify()).toEqual(identity);
    });

    it.each(OPERATIONS)('is ready to %s', async (operation) => {
      await expect(cloud.prepareFor(operation)).resolves.toBeUndefined();
    });

    describe('backups', () => {
      it('a full is made, found by its name, and becomes available', async () => {
        const volumeId = await fixture.newVolume();
        const backupName = `contract ${randomUUID()} ü&=/?`;
        const asked = { name: backupName, description: 'über contract', metadata: { tier: 'daily' } };
        const id = await startBackup(volumeId, asked);
        const listed = await collect(cloud.listBackups({ name: backupName }));
        expect(listed.map((one) => one.id)).toEqual([id]);

        const backup = await waitForBackup(id, 'available');
        expect(backup).toMatchObject({
          id,
          volumeId,
          name: backupName,
          description: 'über contract',
          statusText: 'available',
          isIncremental: false,
          hasDependentBackups: false,
          sizeGib: 1,
        });
        expect(backup.metadata).toEqual(hasMetadata ? { tier: 'daily' } : undefined);
        expect(backup.dataTimestampAt).toEqual(backup.createdAt);
        expect(backup.snapshotId).toBeUndefined();
        expect(backup.failReason).toBeUndefined();
        expect(Math.abs(cloud.now().getTime() - backup.createdAt.getTime())).toBeLessThan(300_000);
      });

      it('a parent is held by its child, goes after it, and is then gone', async () => {
        const volumeId = await fixture.newVolume();
        const full = await backUp(volumeId);
        const child = await backUp(volumeId, { type: 'incremental' });
        expect(child).toMatchObject({ status: 'available', isIncremental: true });
        expect(await cloud.getBackup(full.id)).toMatchObject({ hasDependentBackups: true });
        expect(await cloud.deleteBackup(full.id)).toMatchObject({ outcome: 'held' });
        await deleteAndWait(child.id);
        await deleteAndWait(full.id);
        expect(await cloud.deleteBackup(full.id)).toEqual({ outcome: 'gone' });
        expect(await cloud.getBackup(full.id)).toBeUndefined();
      });

      it('one that is being made cannot be deleted, and its volume is busy', async () => {
        const volumeId = await fixture.newVolume();
        const id = await startBackup(volumeId);
        expect(await refusalOf(volumeId)).toMatchObject({ outcome: 'refused', cause: 'volume-busy' });
        expect(await cloud.deleteBackup(id)).toMatchObject({ outcome: 'refused' });
        await waitForBackup(id, 'available');
      });

      it('one that fails says why, and can be deleted', async () => {
        const volumeId = await fixture.newVolume();
        await fixture.failBackups(volumeId, 'disk on fire');
        const failed = await backUp(volumeId);
        expect(failed).toMatchObject({
          status: 'error',
          failReason: expect.stringContaining('disk on fire'),
        });
        const inError = await collect(cloud.listBackups({ volumeId, status: 'error' }));
        expect(inError.map((one) => one.id)).toEqual([failed.id]);
        await deleteAndWait(failed.id);
      });

      it('an incremental after a failed one depends on the release', async () => {
        const volumeId = await fixture.newVolume();
        await backUp(volumeId);
        await fixture.failBackups(volumeId, 'disk on fire');
        const failed = await backUp(volumeId, { type: 'incremental' });
        expect(failed.status).toBe('error');
        const next = await refusalOf(volumeId, { type: 'incremental' });
        if (fixture.release === 'latest') return expect(next).toMatchObject({ outcome: 'accepted' });
        expect(next).toMatchObject({ outcome: 'refused', cause: 'parent-not-available' });
      });

      it('are listed newest first, by volume and status exactly, each once', async () => {
        const volumeId = await fixture.newVolume();
        const older = await backUp(volumeId);
        const newer = await backUp(volumeId);
        const ids = (await collect(cloud.listBackups({ volumeId }))).map((one) => one.id);
        expect(ids).toEqual([newer.id, older.id]);
        expect(await collect(cloud.listBackups({ volumeId, status: 'error' }))).toEqual([]);
        expect(await collect(cloud.listBackups({ volumeId, status: 'available' }))).toHaveLength(2);
        expect(await collect(cloud.listBackups({ name: older.name.slice(0, -1) }))).toEqual([]);
        const all = (await collect(cloud.listBackups())).map((one) => one.id);
        expect(new Set(all).size).toBe(all.length);
        expect(all.indexOf(newer.id)).toBeLessThan(all.indexOf(older.id));
      });

      it('one gets another name, description and metadata, and keeps what is not named', async () => {
        const { canUpdateBackups } = await cloud.identify();
        const asked = { description: 'before', metadata: { tier: 'daily', owner: 'ops' } };
        const backup = await backUp(await fixture.newVolume(), asked);
        const change = { description: 'after', metadata: { tier: 'weekly ü;,%' } };
        const outcome = await cloud.updateBackup(backup.id, change);
        const after = await cloud.getBackup(backup.id);
        if (!canUpdateBackups) {
          expect(outcome).toMatchObject({ outcome: 'refused' });
          return expect(after).toEqual(backup);
        }
        expect(outcome).toEqual({ outcome: 'updated' });
        const { metadata, ...others } = { ...backup, ...change };
        expect(after).toEqual({ ...others, ...(hasMetadata && { metadata }) });
        expect(await cloud.updateBackup(backup.id, { name: 'renamed' })).toEqual({ outcome: 'updated' });
        expect(await cloud.getBackup(backup.id)).toEqual({ ...after, name: 'renamed' });
        expect(await cloud.updateBackup(backup.id, { description: 'n'.repeat(256) })).toMatchObject({
          outcome: 'refused',
        });
      });

      it('one that is being made is changed too', async () => {
        const { canUpdateBackups } = await cloud.identify();
        const id = await startBackup(await fixture.newVolume());
        const { outcome } = await cloud.updateBackup(id, { description: 'early' });
        expect(outcome).toBe(canUpdateBackups ? 'updated' : 'refused');
        const { description } = await waitForBackup(id, 'available');
        expect(description).toBe(canUpdateBackups ? 'early' : '');
      });

      it('one that never was is not changed', async () => {
        const outcome = await cloud.updateBackup(randomUUID(), { description: 'nothing' });
        const { canUpdateBackups } = await cloud.identify();
        expect(outcome).toMatchObject({ outcome: canUpdateBackups ? 'gone' : 'refused' });
      });

      it('one that never was is neither found nor deleted', async () => {
        for (const id of [randomUUID(), 'nope']) {
          expect(await cloud.getBackup(id)).toBeUndefined();
          expect(await cloud.deleteBackup(id)).toEqual({ outcome: 'gone' });
        }
      });

      it('one is restored into a volume, with the bytes that its chain had then', async () => {
        const volumeId = await fixture.newVolume();
        await fixture.write(volumeId, 100_000, Buffer.from('in the full'));
        await fixture.write(volumeId, 5_000_000, Buffer.from('in the full, then overwritten'));
        await backUp(volumeId);
        await fixture.write(volumeId, 5_000_000, Buffer.alloc(70_000, 'incremental'));
        const digest = await fixture.digest(volumeId);
        const backup = await backUp(volumeId, { type: 'incremental' });
        await fixture.write(volumeId, 100_000, Buffer.from('after both of them'));
        expect(await fixture.digest(volumeId)).not.toBe(digest);

        const target = await fixture.newVolume();
        await fixture.write(target, 20_000_000, Buffer.from('what was there goes'));
        const other = await fixture.newVolume();
        expect(await cloud.restoreBackup(backup.id, { volumeId: target })).toEqual({ outcome: 'accepted' });
        // At once: a volume that is `available` after an accepted restore has been restored.
        expect(await cloud.getVolume(target)).toMatchObject({ status: 'restoring-backup' });
        expect(await cloud.getBackup(backup.id)).toMatchObject({ status: 'restoring' });
        expect(await cloud.restoreBackup(backup.id, { volumeId: other })).toMatchObject({
          cause: 'backup-not-available',
        });
        await waitForVolume(target, 'available');
        await waitForBackup(backup.id, 'available');
        expect(await cloud.getVolume(target)).toMatchObject({ metadata: { src_backup_id: backup.id } });
        expect(await fixture.digest(target)).toBe(digest);
      });

      it('one that cannot be restored leaves the volume in an error, and the cloud says why', async () => {
        const backup = await backUp(await fixture.newVolume());
        const target = await fixture.newVolume();
        await fixture.failBackups(target, 'disk on fire');
        expect(await cloud.restoreBackup(backup.id, { volumeId: target })).toEqual({ outcome: 'accepted' });
        await waitForVolume(target, 'error_restoring');
        await waitForBackup(backup.id, 'available');
        const messages = await cloud.listMessages(backup.id);
        expect(messages.map(({ text }) => text)).toEqual(
          hasMessages ? [expect.stringContaining('restore backup:')] : [],
        );
        expect(await cloud.listMessages(randomUUID())).toEqual([]);
        expect(await cloud.deleteVolume(target)).toEqual({ outcome: 'accepted' });
      });

      it('one is not restored into a volume that is in use, too small or not there, nor one that is not there', async () => {
        const backup = await backUp(await fixture.newVolume({ sizeGib: 2 }));
        const target = await fixture.newVolume({ sizeGib: 2 });
        await fixture.attach(target);
        const causeOf = async (id: string, volumeId: string) => {
          const outcome = await cloud.restoreBackup(id, { volumeId });
          return outcome.outcome === 'refused' ? outcome.cause : outcome.outcome;
        };
        expect(await causeOf(backup.id, target)).toBe('volume-not-available');
        expect(await causeOf(backup.id, await fixture.newVolume())).toBe('volume-too-small');
        expect(await causeOf(backup.id, randomUUID())).toBe('volume-gone');
        expect(await causeOf(randomUUID(), target)).toBe('backup-gone');
      });

      it('outlive their volume', async () => {
        const volumeId = await fixture.newVolume();
        const backup = await backUp(volumeId);
        expect(await cloud.deleteVolume(volumeId)).toEqual({ outcome: 'accepted' });
        await waitFor('the volume to go', async () => ((await cloud.getVolume(volumeId)) ? undefined : true));
        expect(await cloud.getBackup(backup.id)).toMatchObject({ status: 'available', volumeId });
        expect(await refusalOf(volumeId)).toMatchObject({ outcome: 'refused', cause: 'volume-gone' });
      });
    });

    describe('records of backups', () => {
      it('are for administrators only', async () => {
        const backup = await backUp(await fixture.newVolume());
        expect(await cloud.exportBackup(backup.id)).toMatchObject({ outcome: 'forbidden' });
        const exported = await exportOf(backup.id);
        expect(await cloud.importBackup(exported)).toMatchObject({ outcome: 'forbidden' });
      });

      it('tell the parent, and bring a chain back that the database has lost', async () => {
        const { administrator } = fixture;
        const volumeId = await fixture.newVolume();
        await fixture.write(volumeId, 0, Buffer.from('first'));
        const full = await backUp(volumeId, { description: 'described', metadata: { owner: 'ops' } });
        await fixture.write(volumeId, 65_536, Buffer.from('second'));
        const child = await backUp(volumeId, { type: 'incremental' });
        const contents = await fixture.digest(volumeId);
        const records = [await exportOf(full.id), await exportOf(child.id)];
        expect(records).toMatchObject([
          { backupId: full.id, volumeId },
          { backupId: child.id, volumeId, parentId: full.id },
        ]);
        expect(records[0]).not.toHaveProperty('parentId');
        expect(await administrator.importBackup(records[0] as BackupExport)).toEqual({ outcome: 'exists' });

        const shown = await cloud.getBackup(full.id);
        for (const { id } of [child, full]) await fixture.forgetBackup(id);
        expect(await cloud.getBackup(full.id)).toBeUndefined();
        for (const record of records) {
          expect(await administrator.importBackup(record)).toEqual({ outcome: 'accepted' });
          await waitForBackup(record.backupId, 'available');
        }
        expect(await cloud.getBackup(full.id)).toEqual(shown);
        const target = await fixture.newVolume();
        expect(await cloud.restoreBackup(child.id, { volumeId: target })).toEqual({ outcome: 'accepted' });
        await waitForVolume(target, 'available');
        expect(await fixture.digest(target)).toBe(contents);
      });

      it('are given of finished backups only, and of none that is gone', async () => {
        const id = await startBackup(await fixture.newVolume());
        expect(await fixture.administrator.exportBackup(id)).toMatchObject({ outcome: 'refused' });
        await waitForBackup(id, 'available');
        expect(await fixture.administrator.exportBackup(randomUUID())).toEqual({ outcome: 'gone' });
      });

      it('that no driver wrote are refused', async () => {
        const outcome = await fixture.administrator.importBackup({ service: 'x', url: 'bm90aGluZw==' });
        expect(outcome).toMatchObject({ outcome: 'refused' });
      });

      async function exportOf(id: string): Promise<BackupExport> {
        const exported = await fixture.administrator.exportBackup(id);
        if (exported.outcome !== 'exported') throw new Error(JSON.stringify(exported));
        return exported.backup;
      }
    });

    describe('a backup is refused', () => {
      it('as an incremental without anything to base it on', async () => {
        const refused = await refusalOf(await fixture.newVolume(), { type: 'incremental' });
        expect(refused).toMatchObject({ outcome: 'refused', cause: 'no-parent' });
      });

      it('of a volume or a snapshot that is not there', async () => {
        expect(await refusalOf(randomUUID())).toMatchObject({ outcome: 'refused', cause: 'volume-gone' });
        const refused = await refusalOf(await fixture.newVolume(), { snapshotId: randomUUID() });
        expect(refused).toMatchObject({ outcome: 'refused', cause: 'snapshot-gone' });
      });

      it('of a volume in use, unless by force', async () => {
        const volumeId = await fixture.newVolume();
        const serverId = await fixture.attach(volumeId);
        expect(await refusalOf(volumeId)).toMatchObject({ outcome: 'refused', cause: 'volume-in-use' });
        expect(await backUp(volumeId, { force: true })).toMatchObject({ status: 'available' });
        expect(await cloud.getVolume(volumeId)).toMatchObject({ status: 'in-use', serverIds: [serverId] });
      });

      it('with a name that is too long', async () => {
        const refused = await refusalOf(await fixture.newVolume(), { name: 'n'.repeat(256) });
        expect(refused).toMatchObject({ outcome: 'refused', cause: 'rejected' });
      });

      it('over quota, which the limits show', async () => {
        const volumeId = await fixture.newVolume();
        const before = await cloud.getLimits();
        await fixture.setBackupQuota(before.usedBackups + 1);
        expect(await cloud.getLimits()).toMatchObject({ maxBackups: before.usedBackups + 1 });
        await backUp(volumeId);
        expect(await refusalOf(volumeId)).toMatchObject({ outcome: 'refused', cause: 'quota' });
        expect(await cloud.getLimits()).toMatchObject({
          usedBackups: before.usedBackups + 1,
          usedBackupGib: before.usedBackupGib + 1,
        });
        await fixture.resetQuota();
      });
    });

    describe('snapshots', () => {
      async function snapshotOf(volumeId: string) {
        const id = idOf(await cloud.createSnapshot({ volumeId, name: `contract-${randomUUID()}` }));
        return waitFor(`snapshot ${id}`, async () => {
          const snapshot = await cloud.getSnapshot(id);
          return snapshot?.status === 'available' ? snapshot : undefined;
        });
      }

      it('of a volume in use are backed up while the volume stays free, and go', async () => {
        const volumeId = await fixture.newVolume();
        await fixture.attach(volumeId);
        const snapshot = await snapshotOf(volumeId);
        expect(await collect(cloud.listSnapshots({ name: snapshot.name, volumeId }))).toEqual([snapshot]);
        await fixture.pass(BETWEEN_BACKUPS_MS);
        const id = await startBackup(volumeId, { snapshotId: snapshot.id });
        expect(await cloud.getVolume(volumeId)).toMatchObject({ status: 'in-use' });
        const backup = await waitForBackup(id, 'available');
        expect(backup).toMatchObject({ snapshotId: snapshot.id, dataTimestampAt: snapshot.createdAt });
        expect(backup.createdAt.getTime()).toBeGreaterThan(snapshot.createdAt.getTime());

        await waitFor('the snapshot to be free', async () =>
          (await cloud.getSnapshot(snapshot.id))?.status === 'available' ? true : undefined,
        );
        expect(await cloud.deleteSnapshot(snapshot.id)).toEqual({ outcome: 'accepted' });
        await waitFor('the snapshot to go', async () =>
          (await cloud.getSnapshot(snapshot.id)) ? undefined : true,
        );
        expect(await cloud.deleteSnapshot(snapshot.id)).toEqual({ outcome: 'gone' });
        expect(await collect(cloud.listSnapshots({ volumeId }))).toEqual([]);
      });

      it('are refused of a volume that is being backed up, and of none', async () => {
        const volumeId = await fixture.newVolume();
        const id = await startBackup(volumeId);
        expect(await cloud.createSnapshot({ volumeId, name: 'n' })).toMatchObject({ cause: 'volume-busy' });
        await waitForBackup(id, 'available');
        const gone = await cloud.createSnapshot({ volumeId: randomUUID(), name: 'n' });
        expect(gone).toMatchObject({ outcome: 'refused', cause: 'volume-gone' });
      });

      it('of another volume are no source for a backup', async () => {
        const snapshot = await snapshotOf(await fixture.newVolume());
        const refused = await refusalOf(await fixture.newVolume(), { snapshotId: snapshot.id });
        expect(refused).toMatchObject({ outcome: 'refused', cause: 'rejected' });
      });
    });

    describe('volumes', () => {
      it('are made, listed with what a policy selects by, and deleted', async () => {
        const volumeName = `contract-${randomUUID()}`;
        const id = idOf(
          await cloud.createVolume({ name: volumeName, sizeGib: 2, metadata: { backup: 'nightly' } }),
        );
        await waitForVolume(id, 'available');
        const listed = (await collect(cloud.listVolumes())).find((volume) => volume.id === id);
        expect(listed).toMatchObject({
          name: volumeName,
          sizeGib: 2,
          metadata: { backup: 'nightly' },
          serverIds: [],
        });
        expect(listed?.volumeType).toBeTypeOf('string');
        expect(listed?.availabilityZone).toBeTypeOf('string');
        expect(Math.abs(cloud.now().getTime() - (listed?.createdAt.getTime() ?? 0))).toBeLessThan(300_000);
        const byName = await collect(cloud.listVolumes({ name: volumeName }));
        expect(byName.map((volume) => volume.id)).toEqual([id]);
        expect(await collect(cloud.listVolumes({ name: volumeName.slice(0, -1) }))).toEqual([]);
        expect(await cloud.deleteVolume(id)).toEqual({ outcome: 'accepted' });
        await waitFor('the volume to go', async () => ((await cloud.getVolume(id)) ? undefined : true));
        expect(await cloud.deleteVolume(id)).toEqual({ outcome: 'gone' });
      });

      it('are not made of no size, nor over quota, nor deleted while in use', async () => {
        const refused = await cloud.createVolume({ name: 'n', sizeGib: 0 });
        expect(refused).toMatchObject({ outcome: 'refused', cause: 'rejected' });
        const { usedVolumes } = await cloud.getLimits();
        await fixture.setVolumeQuota(usedVolumes);
        expect(await cloud.getLimits()).toMatchObject({ maxVolumes: usedVolumes });
        const over = await cloud.createVolume({ name: 'n', sizeGib: 1 });
        expect(over).toMatchObject({ outcome: 'refused', cause: 'quota' });
        await fixture.resetQuota();
        const id = await fixture.newVolume();
        await fixture.attach(id);
        expect(await cloud.deleteVolume(id)).toMatchObject({ outcome: 'refused' });
        expect(await cloud.getVolume(id)).toMatchObject({ status: 'in-use' });
      });

      it('in use show their servers', async () => {
        const id = await fixture.newVolume();
        const serverId = await fixture.attach(id);
        const listed = (await collect(cloud.listVolumes())).find((volume) => volume.id === id);
        expect(listed).toMatchObject({ status: 'in-use', serverIds: [serverId] });
      });

      it('that grew have their next incremental fail late', async ({ skip }) => {
        if (fixture.grow === undefined) return skip('this cloud has volumes of one size');
        const volumeId = await fixture.newVolume();
        const full = await backUp(volumeId);
        await fixture.grow(volumeId);
        const failed = await backUp(volumeId, { type: 'incremental' });
        expect(failed).toMatchObject({
          status: 'error',
          failReason: expect.stringContaining('Do a full backup'),
        });
        // A failed child pins its parent all the same, though it is not counted.
        expect(await cloud.getBackup(full.id)).toMatchObject({ hasDependentBackups: false });
        expect(await cloud.deleteBackup(full.id)).toMatchObject({ outcome: 'held' });
      });
    });

    it('the DELETE of a backup while cinder-backup is down does not find it gone', async ({ skip }) => {
      const { stopBackupService, startBackupService } = fixture;
      if (stopBackupService === undefined || startBackupService === undefined) {
        return skip('this cloud is not to be stopped');
      }
      const backup = await backUp(await fixture.newVolume());
      await stopBackupService();
      expect(await cloud.deleteBackup(backup.id)).toMatchObject({ outcome: 'refused' });
      expect(await cloud.getBackup(backup.id)).toMatchObject({ status: 'available' });
      await startBackupService();
    });
  });
}

function idOf(created: CreateOutcome<string>): string {
  if (created.outcome === 'accepted') return created.id;
  throw new Error(`not accepted: ${JSON.stringify(created)}`);
}

async function collect<Item>(pages: AsyncIterable<readonly Item[]>): Promise<Item[]> {
  return (await Array.fromAsync(pages)).flat();
}
