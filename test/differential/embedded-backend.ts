import { startEmbeddedCloud } from '../../local/embedded-cloud/embedded-cloud.ts';
import type { Backend } from './backend.ts';
import { makePeople } from './people.ts';

/** What a real driver says when a volume cannot be attached; cut as Cinder cuts it. */
export const ATTACH_FAILURE =
  'Bad or unexpected response from the storage volume backend API: Driver initialize connection failed (error: Bad or ' +
  'unexpected response from the storage volume backend API: injected attach failure).\nTraceback (most recent call ' +
  'last):\n\n  File "/usr/lib/python3/dist-packages/cinder/volume/manager.py", line 1850';

/** Those of the real cloud in `test/live/cloud`. */
const LIVE_QUOTAS = {
  volumes: 1000,
  snapshots: 1000,
  gigabytes: 10_000,
  backups: 10_000,
  backupGigabytes: 100_000,
};

/** The embedded cloud as Zed, on a clock that stands still until it is put forward. */
export async function openEmbeddedBackend(): Promise<Backend> {
  let nowMs = Date.parse('2026-11-23T12:00:00Z');
  const cloud = await startEmbeddedCloud({
    release: 'zed',
    clock: { now: () => new Date(nowMs) },
    quotas: LIVE_QUOTAS,
  });
  const { control, authUrl, admin } = cloud;
  const root = `http://127.0.0.1:${cloud.port}`;
  const run = crypto.randomUUID().slice(0, 8);
  const faults = new Map<string, string>();
  return {
    cinderRoot: root,
    keystoneRoot: `${root}/identity`,
    run,
    people: await makePeople(
      { authUrl, name: admin.username, password: admin.password, project: 'admin' },
      run,
    ),
    pollSeconds: 1,
    async pass(seconds) {
      nowMs += seconds * 1000;
    },
    write: async (volumeId, offset, bytes) => control.writeVolume(volumeId, offset, bytes),
    // Nothing ends while the clock stands.
    async hold() {},
    async letGo() {},
    async slowDown() {},
    async fail(volumeId) {
      const rule = { match: { volumeId }, effect: { fail: { reason: ATTACH_FAILURE } } };
      faults.set(volumeId, control.addFault(rule));
    },
    async heal(volumeId) {
      control.removeFault(faults.get(volumeId) ?? '');
    },
    stopBackups: async () => control.stopBackupService(),
    startBackups: async () => control.startBackupService(),
    async forget(ids) {
      for (const id of ids) control.forgetBackup(id);
    },
    close: () => cloud.close(),
  };
}
