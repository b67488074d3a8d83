import { expectStatus, type LiveSession } from './session.ts';

/** Quotas of one project; the session is an admin's. */
export function openQuota(admin: LiveSession, projectId: string) {
  const path = `/os-quota-sets/${projectId}`;
  async function put(quota: Readonly<Record<string, number>>): Promise<void> {
    await expectStatus(`PUT ${path}`, admin.request('PUT', path, { quota_set: quota }), 200);
  }
  return {
    setQuota: (backups: number, backupGib?: number): Promise<void> =>
      put({ backups, ...(backupGib === undefined ? {} : { backup_gigabytes: backupGib }) }),
    setVolumeQuota: (volumes: number): Promise<void> => put({ volumes }),
    async resetQuota(): Promise<void> {
      await expectStatus(`DELETE ${path}`, admin.request('DELETE', path), 200);
    },
  };
}
