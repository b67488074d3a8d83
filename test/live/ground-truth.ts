import type { Backup } from '../../lambdas/domain/backup.ts';
import { expectStatus, type LiveCloud } from './cloud.ts';

/**
 * The parent of each incremental as Cinder's own database has it, by id; fulls are absent. Only an admin's export tells.
 *
 * @see cinder/backup/api.py API.export_record
 */
export async function readRealParents(
  live: LiveCloud,
  backups: readonly Pick<Backup, 'id'>[],
): Promise<ReadonlyMap<string, string>> {
  const parents = new Map<string, string>();
  for (const { id } of backups) {
    const path = `/backups/${id}/export_record`;
    const body = await expectStatus(path, live.adminRequest('GET', path), 200);
    const row = JSON.parse(Buffer.from(body['backup-record'].backup_url, 'base64').toString());
    if (row.parent_id !== null) parents.set(id, row.parent_id);
  }
  return parents;
}

/** Restores each backup into a new volume and returns the SHA-256 of the bytes there, by backup. */
export async function restoreAndHash(
  live: LiveCloud,
  backups: readonly Pick<Backup, 'id' | 'sizeGib'>[],
): Promise<ReadonlyMap<string, string>> {
  const hashes = await Promise.all(
    backups.map(async ({ id, sizeGib }) => {
      const volumeId = await live.createVolume({ name: `restored ${id}`, sizeGib });
      const path = `/backups/${id}/restore`;
      const body = { restore: { volume_id: volumeId } };
      await expectStatus(`POST ${path}`, live.memberRequest('POST', path, body), 202);
      await live.waitForVolume(volumeId, 'available');
      return [id, await live.hashVolume(volumeId)] as const;
    }),
  );
  return new Map(hashes);
}
