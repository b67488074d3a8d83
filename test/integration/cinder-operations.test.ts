import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessRule, NEEDED_CALLS } from '../../lambdas/adapters/cinder/access-rules.ts';
import { createCinderCloud } from '../../lambdas/adapters/cinder/cinder-cloud.ts';
import type { CloudCredentials } from '../../lambdas/adapters/cinder/credentials.ts';
import { CredentialsError } from '../../lambdas/adapters/cinder/credentials-error.ts';
import { createCredentialsSource } from '../../lambdas/adapters/cinder/credentials-source.ts';
import type { OperationCredentials } from '../../lambdas/adapters/cinder/operation-sessions.ts';
import { type Cloud, CloudRefusedCredentialsError } from '../../lambdas/app/ports.ts';
import { OPERATIONS, type Operation } from '../../lambdas/domain/operation.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../local/embedded-cloud/embedded-cloud.ts';
import { makeCredential } from '../support/application-credentials.ts';

const service = 'volumev3';
const rulesOf = (...operations: readonly Operation[]): AccessRule[] =>
  operations.flatMap((operation) => NEEDED_CALLS[operation].map((rule) => ({ ...rule, service })));

let embedded: EmbeddedCloud;
const clouds: Cloud[] = [];
let made = 0;

beforeAll(async () => {
  const durations = {
    fullSeconds: 0,
    deleteSeconds: 0,
    restoreSeconds: 0,
    snapshotSeconds: 0,
    volumeSeconds: 0,
  };
  embedded = await startEmbeddedCloud({ durations });
});
afterAll(async () => {
  for (const cloud of clouds) await cloud.close();
  await embedded.close();
});

/** An application credential that may do just this, or everything. */
function credentialFor(
  accessRules?: readonly AccessRule[],
  isUnrestricted = false,
): Promise<CloudCredentials> {
  made += 1;
  const name = `credential-${made}`;
  return makeCredential(embedded.credentials, { name, isUnrestricted, ...(accessRules && { accessRules }) });
}

function open(credentials: CloudCredentials | OperationCredentials): Cloud {
  const cloud = createCinderCloud({
    name: 'prod',
    credentials,
    requestsPerSecond: 'unlimited',
    clock: systemClock,
    random: () => 0,
    log: { info() {}, warn() {} },
  });
  clouds.push(cloud);
  return cloud;
}

const source = (credentials: CloudCredentials) => createCredentialsSource(async () => credentials);

async function openSeparate(left: readonly Operation[] = OPERATIONS): Promise<Cloud> {
  const own = await Promise.all(
    left.map(async (operation) => [operation, source(await credentialFor(rulesOf(operation)))] as const),
  );
  return open(Object.fromEntries(own) as OperationCredentials);
}

/** Everything that the port can do, once. */
async function doEverything(cloud: Cloud): Promise<void> {
  const volumeId = embedded.control.addVolume({ sizeGib: 1 });
  await cloud.identify();
  await Array.fromAsync(cloud.listVolumes());
  await Array.fromAsync(cloud.listSnapshots({ volumeId }));
  await Array.fromAsync(cloud.listBackups({ volumeId }));
  await cloud.getVolume(volumeId);
  await cloud.getLimits();
  await cloud.listMessages(volumeId);

  const snapshot = await accepted(cloud.createSnapshot({ volumeId, name: 's' }));
  expect(await cloud.getSnapshot(snapshot)).toBeDefined();
  expect(await cloud.deleteSnapshot(snapshot)).toMatchObject({ outcome: 'accepted' });

  const backup = await accepted(cloud.createBackup({ volumeId, name: 'b', type: 'full' }));
  await waitFor(async () => (await cloud.getBackup(backup))?.status === 'available');
  expect(await cloud.updateBackup(backup, { name: 'c' })).toEqual({ outcome: 'updated' });

  const target = await accepted(cloud.createVolume({ name: 'target', sizeGib: 1 }));
  await waitFor(async () => (await cloud.getVolume(target))?.status === 'available');
  expect(await cloud.restoreBackup(backup, { volumeId: target })).toEqual({ outcome: 'accepted' });
  await waitFor(async () => (await cloud.getVolume(target))?.status === 'available');
  expect(await cloud.deleteVolume(target)).toMatchObject({ outcome: 'accepted' });
  expect(await cloud.deleteBackup(backup)).toMatchObject({ outcome: 'accepted' });
}

async function accepted(made: Promise<{ outcome: string; id?: string }>): Promise<string> {
  const { outcome, id = '' } = await made;
  expect(outcome).toBe('accepted');
  return id;
}

async function waitFor(isThere: () => Promise<boolean>): Promise<void> {
  while (!(await isThere())) await sleep(20);
}

describe('a credential for each operation', () => {
  it('is enough with access rules for just the calls of that operation', async () => {
    await doEverything(await openSeparate());
  });

  it.each(OPERATIONS)('is not enough for %s without any one of its rules', async (operation) => {
    // Where the versions are shown at the root, nobody asks for them elsewhere.
    for (const left of rulesOf(operation).filter(({ path }) => path !== '/v3/')) {
      const fewer = rulesOf(...OPERATIONS).filter(
        (rule) => rule.method !== left.method || rule.path !== left.path,
      );
      const cloud = open(await credentialFor(fewer));
      await expect(doEverything(cloud), `${left.method} ${left.path}`).rejects.toThrow(
        CloudRefusedCredentialsError,
      );
    }
  });

  it('does nothing of another one', async () => {
    const cloud = open(await credentialFor(rulesOf('read', 'create')));
    const volumeId = embedded.control.addVolume();
    const backup = await accepted(cloud.createBackup({ volumeId, name: 'b', type: 'full' }));
    await expect(cloud.deleteBackup(backup)).rejects.toThrow(CloudRefusedCredentialsError);
    expect(await cloud.getBackup(backup)).toBeDefined();
  });

  it('can be left out, and then that operation is refused before anything is asked', async () => {
    const cloud = await openSeparate(['read', 'create', 'prune']);
    for (const restoring of [cloud.restoreBackup('b', { volumeId: 'v' }), cloud.prepareFor('restore')]) {
      await expect(restoring).rejects.toThrow(CredentialsError);
      await expect(restoring).rejects.toThrow(
        'cloud prod has no credential to restore with; name one at auth.restore in the config',
      );
    }
    await cloud.prepareFor('prune');
  });

  it('does nothing when it leads to another project than the one that is read', async () => {
    const read = source(await credentialFor(rulesOf('read')));
    const { authUrl, userDomainName, projectDomainName } = embedded.credentials;
    const admin = { ...embedded.admin, projectName: 'admin' };
    const stray = source({
      type: 'password',
      authUrl,
      user: { name: admin.username, domain: { name: userDomainName } },
      password: admin.password,
      project: { name: admin.projectName, domain: { name: projectDomainName } },
    });
    const cloud = open({ read, create: stray });
    embedded.control.requests.reset();
    const creating = cloud.createBackup({ volumeId: embedded.control.addVolume(), name: 'b', type: 'full' });
    await expect(creating).rejects.toThrow(
      /the credential of auth.create leads to project .*, that of auth.read to/,
    );
    await expect(cloud.prepareFor('create')).rejects.toThrow(/that of auth.read to/);
    expect(embedded.control.requests.list().map(({ path }) => path)).not.toContainEqual(
      expect.stringMatching(/backups$/),
    );
  });
});

describe('what a credential may do', () => {
  it('is told for each, and what its rules leave out', async () => {
    const all = await credentialFor();
    const cloud = open({
      read: source(await credentialFor(rulesOf('read'))),
      create: source(await credentialFor(rulesOf('create').slice(0, 3))),
      prune: source(await credentialFor(rulesOf('create'))),
      restore: source(all),
    });
    const roles = ['member', 'reader'];
    const plain = { roles, hasAccessRules: true, missingCalls: [], isUnrestricted: false };
    expect(await cloud.checkCredentials()).toEqual([
      { ...plain, operations: ['read'] },
      {
        ...plain,
        operations: ['create'],
        missingCalls: ['POST /v3/*/snapshots', 'DELETE /v3/*/snapshots/*'],
      },
      { ...plain, operations: ['prune'], missingCalls: ['DELETE /v3/*/backups/*'] },
      { ...plain, operations: ['restore'], hasAccessRules: false },
    ]);
  });

  it('is told once where one does everything', async () => {
    expect(await open(await credentialFor(undefined, true)).checkCredentials()).toEqual([
      {
        operations: [...OPERATIONS],
        roles: ['member', 'reader'],
        hasAccessRules: false,
        missingCalls: [],
        isUnrestricted: true,
      },
    ]);
  });
});
