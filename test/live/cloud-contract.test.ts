import { createCinderCloud } from '../../lambdas/adapters/cinder/cinder-cloud.ts';
import { parseCloudEntry } from '../../lambdas/adapters/cinder/cloud-entry.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { type CloudFixture, describeCloud } from '../contracts/cloud.ts';
import type { CloudEntry } from './cloud/environment.ts';
import { expectStatus, type LiveCloud, liveCloud } from './cloud.ts';

async function openLive(pick: (credentials: LiveCloud['credentials']) => CloudEntry): Promise<CloudFixture> {
  const live = await liveCloud();
  await live.purge();
  await live.setQuota(-1, -1);
  const enter = (entry: CloudEntry) => {
    const resolved = parseCloudEntry(entry, (key) => key);
    return createCinderCloud({
      name: 'live',
      credentials: resolved.credentials,
      region: resolved.region,
      interface: resolved.interface,
      requestsPerSecond: 'unlimited',
      clock: systemClock,
      random: Math.random,
      log: { info() {}, warn: (message, fields) => console.warn(message, fields) },
    });
  };
  const [cloud, administrator] = [enter(pick(live.credentials)), enter(live.credentials.admin)];
  return {
    cloud,
    administrator,
    forgetBackup: (id) => live.forgetBackups(id),
    release: 'zed',
    newVolume: (request) => live.createVolume(request),
    attach: (volumeId) => live.attachVolume(volumeId),
    async grow(volumeId) {
      const path = `/volumes/${volumeId}/action`;
      const body = { 'os-extend': { new_size: 2 } };
      await expectStatus(`POST ${path}`, live.memberRequest('POST', path, body), 202);
      await live.waitForVolume(volumeId, 'available');
    },
    write: live.writeVolume,
    digest: live.hashVolume,
    setBackupQuota: (backups) => live.setQuota(backups),
    setVolumeQuota: (volumes) => live.setVolumeQuota(volumes),
    async resetQuota() {
      await live.resetQuota();
      await live.setQuota(-1, -1);
    },
    failBackups: (volumeId, reason) => live.setFault('attach_error', reason, volumeId),
    pass: (ms) => systemClock.sleep(ms),
    async stopBackupService() {
      await live.kill('cinder-backup');
      await live.miss('cinder-backup');
    },
    startBackupService: () => live.restart('cinder-backup'),
    async close() {
      await cloud.close();
      await administrator.close();
      await live.purge();
    },
  };
}

describeCloud('Cinder 21.3.1, with a password', () => openLive(({ member }) => member));
describeCloud('Cinder 21.3.1, with an application credential', () =>
  openLive(({ applicationCredential }) => applicationCredential),
);
