import { describe, expect, it, onTestFinished } from 'vitest';
import { createCinderCloud } from '../../lambdas/adapters/cinder/cinder-cloud.ts';
import type { CloudCredentials } from '../../lambdas/adapters/cinder/credentials.ts';
import type { Cloud } from '../../lambdas/app/ports.ts';
import {
  type EmbeddedCloud,
  type EmbeddedCloudOptions,
  startEmbeddedCloud,
} from '../../local/embedded-cloud/embedded-cloud.ts';
import { type CloudFixture, describeCloud } from '../contracts/cloud.ts';
import { collect, createTestClock } from '../support/scripted-cinder.ts';

type Login = 'password' | 'application-credential' | 'administrator';

function credentialsOf({ authUrl, credentials, admin }: EmbeddedCloud, login: Login): CloudCredentials {
  if (login === 'application-credential') {
    const { applicationCredentialId: id, applicationCredentialSecret: secret } = credentials;
    return { type: login, authUrl, credential: { id }, secret };
  }
  const { username, password, projectName, userDomainName, projectDomainName } =
    login === 'administrator' ? admin : credentials;
  return {
    type: 'password',
    authUrl,
    user: { name: username, domain: { name: userDomainName } },
    password,
    project: { name: projectName, domain: { name: projectDomainName } },
  };
}

async function openEmbedded(options: EmbeddedCloudOptions, login: Login = 'password') {
  const clock = createTestClock();
  const embedded = await startEmbeddedCloud({ clock, ...options });
  const enter = (as: Login) =>
    createCinderCloud({
      name: 'embedded',
      credentials: credentialsOf(embedded, as),
      region: embedded.credentials.regionName,
      requestsPerSecond: 'unlimited',
      clock,
      random: Math.random,
      log: { info() {}, warn() {} },
    });
  const [cloud, administrator] = [enter(login), enter('administrator')];
  const close = async () => {
    await cloud.close();
    await administrator.close();
    await embedded.close();
  };
  return { clock, embedded, cloud, administrator, close };
}

async function openFixture(options: EmbeddedCloudOptions, login?: Login): Promise<CloudFixture> {
  const { clock, embedded, cloud, administrator, close } = await openEmbedded(options, login);
  const { control } = embedded;
  return {
    cloud,
    administrator,
    forgetBackup: async (id) => control.forgetBackup(id),
    release: options.release ?? 'latest',
    newVolume: async (request) => control.addVolume(request),
    async attach(volumeId) {
      const serverId = crypto.randomUUID();
      control.attachVolume(volumeId, serverId);
      return serverId;
    },
    grow: async (volumeId) => control.extendVolume(volumeId, 2),
    write: async (volumeId, offset, bytes) => control.writeVolume(volumeId, offset, bytes),
    digest: async (volumeId) => control.digestVolume(volumeId),
    setBackupQuota: async (backups) => control.setQuota({ backups }),
    setVolumeQuota: async (volumes) => control.setQuota({ volumes }),
    resetQuota: async () => control.setQuota({ backups: -1, volumes: -1 }),
    async failBackups(volumeId, reason) {
      control.addFault({ match: { volumeId }, effect: { fail: { reason } } });
    },
    stopBackupService: async () => control.stopBackupService(),
    startBackupService: async () => control.startBackupService(),
    pass: async (ms) => clock.pass(ms),
    close,
  };
}

describe.each([
  ['zed', '3.0'],
  ['zed', '3.43'],
  ['zed', '3.70'],
  ['latest', '3.0'],
  ['latest', '3.43'],
  ['latest', '3.71'],
] as const)('%s at %s', (release, maxMicroversion) => {
  describeCloud(`embedded ${release} ${maxMicroversion}`, () => openFixture({ release, maxMicroversion }));

  it('speaks what the cloud can', async () => {
    const { cloud, close } = await openEmbedded({ release, maxMicroversion });
    onTestFinished(close);
    expect((await cloud.identify()).microversion).toBe(maxMicroversion);
  });
});

describeCloud('embedded, in small pages', () => openFixture({ pageLimit: 2 }));
describeCloud('embedded, with an application credential', () => openFixture({}, 'application-credential'));

describe('an embedded cloud that misbehaves', () => {
  async function open(options: EmbeddedCloudOptions = {}) {
    const opened = await openEmbedded(options);
    onTestFinished(opened.close);
    return { ...opened, volumeId: opened.embedded.control.addVolume() };
  }

  async function create({ cloud, volumeId }: { cloud: Cloud; volumeId: string }) {
    return cloud.createBackup({ volumeId, name: 'n', type: 'full' });
  }

  it.each([
    ['after the work', { dropAnswer: true }, 1],
    ['before the work', { dropRequest: true }, 0],
  ] as const)(
    'by a cut connection %s has left a create unanswered, to be looked for by its name',
    async (_when, effect, found) => {
      const opened = await open();
      opened.embedded.control.addFault({ match: { operation: 'create-backup' }, times: 1, effect });
      expect(await create(opened)).toMatchObject({ outcome: 'unanswered' });
      expect(await collect(opened.cloud.listBackups({ name: 'n' }))).toHaveLength(found);
      expect(opened.embedded.control.requests.countOf('create-backup')).toBe(1);
    },
  );

  it('by revoking all tokens is asked again with a new one', async () => {
    const opened = await open();
    expect(await create(opened)).toMatchObject({ outcome: 'accepted' });
    opened.embedded.control.revokeTokens();
    expect(await collect(opened.cloud.listBackups())).toHaveLength(1);
  });

  it('by cutting off pages and refusing now and then is read to the end all the same', async () => {
    const opened = await open({ pageLimit: 3 });
    const { control } = opened.embedded;
    for (let made = 0; made < 20; made += 1) control.addForeignBackup({ volumeId: opened.volumeId });
    control.addFault({ match: { method: 'GET' }, probability: 0.2, seed: 7, effect: { truncateBody: true } });
    control.addFault({
      match: { method: 'GET' },
      probability: 0.2,
      seed: 8,
      effect: { refuse: { status: 503 } },
    });
    expect(new Set((await collect(opened.cloud.listBackups())).map(({ id }) => id)).size).toBe(20);
  });

  it('by deleting rows during a walk loses none of the others', async () => {
    const opened = await open({ pageLimit: 4 });
    const { control } = opened.embedded;
    for (let made = 0; made < 40; made += 1) {
      control.addForeignBackup({ volumeId: opened.volumeId });
      opened.clock.pass(1_000);
    }
    const seen: string[] = [];
    for await (const page of opened.cloud.listBackups()) {
      seen.push(...page.map(({ id }) => id));
      for (const { id } of page.slice(-2)) control.removeBackup(id);
    }
    expect(seen).toHaveLength(40);
    expect(new Set(seen).size).toBe(40);
  });

  it('by having another project behind the same credentials shows it, and is asked for nothing in its name', async () => {
    const opened = await open();
    const before = await opened.cloud.identify();
    opened.embedded.control.useProject();
    opened.embedded.control.revokeTokens();
    await expect(collect(opened.cloud.listBackups())).rejects.toThrow(`it was ${before.projectId}`);
    expect((await opened.cloud.identify()).projectId).not.toBe(before.projectId);
    expect(await collect(opened.cloud.listBackups())).toEqual([]);
  });
});
