import { expectStatus, type LiveAnswer, type LiveSession, waitUntil } from './session.ts';

type Kind = 'backup' | 'snapshot' | 'volume';

interface Row {
  readonly id: string;
  readonly status: string;
}

/** What has not moved on by itself for so long is forced. */
const PATIENCE_MS = 10_000;
/**
 * Cinder deletes all that it is asked to at once, and with hundreds of backups its own transactions deadlock: they go, but stay counted
 * in the quota (cinder/quota.py QuotaEngine.commit logs it and goes on; observed on 21.3.1).
 */
const DELETES_AT_ONCE = 16;

async function listAll(admin: LiveSession, kind: Kind): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (;;) {
    const marker = rows.at(-1);
    const path = `/${kind}s/detail?limit=1000${marker === undefined ? '' : `&marker=${marker.id}`}`;
    const body = await expectStatus(`GET ${path}`, admin.request('GET', path), 200);
    const page: readonly Row[] = body[`${kind}s`];
    rows.push(...page);
    // Asking on after the last row would name a marker that may be deleted by now.
    if (page.length < 1_000) return rows;
  }
}

/** 400 is "not yet" (a child, an attachment, a state between two), 404 is "done", 413 and 409 do not occur. */
async function attempt(asked: string, answer: Promise<LiveAnswer>): Promise<void> {
  await expectStatus(asked, answer, 202, 204, 200, 400, 404);
}

async function detach(admin: LiveSession, volumeId: string): Promise<void> {
  const { body } = await admin.request('GET', `/attachments?volume_id=${volumeId}`);
  for (const { id } of body.attachments) {
    await attempt(`DELETE /attachments/${id}`, admin.request('DELETE', `/attachments/${id}`));
  }
}

/**
 * `os-force_delete` takes a backup in any status, though not one with children. A snapshot or volume gets a status
 * from which it can be deleted, because theirs skips the dependents.
 */
async function force(admin: LiveSession, kind: Kind, id: string): Promise<void> {
  const action = kind === 'backup' ? { 'os-force_delete': {} } : { 'os-reset_status': { status: 'error' } };
  const path = `/${kind}s/${id}/action`;
  await attempt(`POST ${path} ${JSON.stringify(action)}`, admin.request('POST', path, action));
}

async function removeAll(admin: LiveSession, kind: Kind): Promise<void> {
  let lastChangeAtMs = Date.now();
  let before = '';
  await waitUntil(
    `all ${kind}s to be deleted`,
    async () => {
      const rows = await listAll(admin, kind);
      if (rows.length === 0) return true;
      const now = rows.map(({ id, status }) => id + status).join();
      if (now !== before) lastChangeAtMs = Date.now();
      before = now;
      const impatient = Date.now() - lastChangeAtMs > PATIENCE_MS;
      // Once, and then there is something to wait for again: it may only be that cinder-backup is held up.
      if (impatient) lastChangeAtMs = Date.now();
      const leaving = rows.filter(({ status }) => status === 'deleting');
      // Newest first, so that of two siblings in one round the child goes before its parent.
      const staying = rows.filter(({ status }) => status !== 'deleting');
      const room = Math.max(0, DELETES_AT_ONCE - leaving.length);
      for (const { id, status } of impatient ? rows : staying.slice(0, room)) {
        if (status === 'in-use') await detach(admin, id);
        if (impatient) await force(admin, kind, id);
        if (status !== 'deleting') await attempt(`DELETE ${id}`, admin.request('DELETE', `/${kind}s/${id}`));
      }
      return undefined;
    },
    240_000,
  );
}

/** Removes the volume types that tests have made, as far as no project has volumes of them. */
export async function purgeTypes(admin: LiveSession): Promise<void> {
  const path = '/types?is_public=None';
  const { volume_types: types } = await expectStatus(`GET ${path}`, admin.request('GET', path), 200);
  for (const { id, name } of types) {
    if (name === '__DEFAULT__') continue;
    await attempt(`DELETE /types/${id}`, admin.request('DELETE', `/types/${id}`));
  }
}

/**
 * Removes all backups, snapshots and volumes of the session's project, in any status, children first.
 *
 * The session has to be an admin's in that same project: Cinder looks for dependents in the token's project only
 * (`cinder/backup/api.py` API.delete), so that an admin from elsewhere deletes a full under its incrementals.
 */
export async function purgeProject(admin: LiveSession): Promise<void> {
  await removeAll(admin, 'backup');
  await removeAll(admin, 'snapshot');
  await removeAll(admin, 'volume');
}
