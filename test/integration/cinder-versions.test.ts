import { afterEach, describe, expect, it } from 'vitest';
import {
  backupRow,
  createTestClock,
  fault,
  PROJECT,
  type Reply,
  type Script,
  type ScriptedCinder,
  startScriptedCinder,
  versionDocument,
} from '../support/scripted-cinder.ts';

const ID = String(backupRow(1).id);
const FOUND = { json: { backup: backupRow(1) } };
const ACCEPTED = { status: 202, json: { backup: { id: 'b1' }, snapshot: { id: 's1' } } };

let cinder: ScriptedCinder | undefined;
async function start(script: Partial<Script> = {}): Promise<ScriptedCinder> {
  cinder = await startScriptedCinder({ cinder: () => FOUND, ...script });
  return cinder;
}
afterEach(() => cinder?.close());

describe('the microversion', () => {
  it.each([
    ['the newest of the cloud', versionDocument('3.70'), '3.70'],
    ['with 200 as well', versionDocument('3.60', 200), '3.60'],
    ['our newest before a newer cloud', versionDocument('3.99'), '3.71'],
    ['3.0 of the oldest cloud', versionDocument('3.0'), '3.0'],
    [
      'that of v3 where there is a v2 too',
      {
        status: 300,
        json: {
          versions: [
            { id: 'v2.0', version: '', status: 'DEPRECATED' },
            { id: 'v3.0', version: '3.27', status: 'CURRENT' },
          ],
        },
      },
      '3.27',
    ],
    ['3.0 where a page of a dashboard is in the place of versions', { text: '<html>Horizon</html>' }, '3.0'],
    ['3.0 where nothing is there', { status: 404 }, '3.0'],
    ['3.0 where versions have another shape', { json: { versions: { values: [] } } }, '3.0'],
    ['3.0 where the version is nonsense', versionDocument('latest'), '3.0'],
  ] satisfies [string, Reply, string][])('is %s', async (_name, versions, expected) => {
    const { cloud, requests } = await start({ versions });
    const one = cloud();
    expect(await one.identify()).toEqual({
      projectId: PROJECT,
      microversion: expected,
      canUpdateBackups: Number(expected.slice(2)) >= 9,
      hasBackupMetadata: Number(expected.slice(2)) >= 43,
    });
    await one.getBackup(ID);
    expect(requests.at(-1)?.headers['openstack-api-version']).toBe(`volume ${expected}`);
  });

  it('is read from /v3/ where the root shows none', async () => {
    const { cloud } = await start({
      versions: { status: 302, headers: { location: '/dashboard' } },
      cinder: ({ path, token }) =>
        path === '/v3/' && token !== undefined ? versionDocument('3.59', 200) : FOUND,
    });
    expect((await cloud().identify()).microversion).toBe('3.59');
  });

  it('is found below the path of the endpoint', async () => {
    const { cloud, requests } = await start({
      endpointPath: `/volume/v3/${PROJECT}`,
      cinder: ({ path }) => (path === '/volume/' ? versionDocument('3.62') : FOUND),
    });
    const one = cloud();
    expect((await one.identify()).microversion).toBe('3.62');
    await one.getBackup(ID);
    expect(requests.at(-1)?.path).toBe(`/volume/v3/${PROJECT}/backups/${ID}`);
  });

  it('is not guessed while the cloud is down', async () => {
    const { cloud } = await start({ versions: { status: 503, text: 'down' } });
    await expect(cloud().identify()).rejects.toThrow('GET /: 503 down');
  });

  it('is asked for once, and anew after the cloud has refused it', async () => {
    let newest = '3.71';
    const { cloud, requests } = await start({
      versions: (response) => {
        response.writeHead(300, { 'content-type': 'application/json' });
        response.end(JSON.stringify(versionDocument(newest).json));
      },
      cinder: ({ headers }) =>
        headers['openstack-api-version'] === `volume ${newest}`
          ? FOUND
          : fault(
              406,
              'computeFault',
              'Version 3.71 is not supported by the API. Minimum is 3.0 and maximum is 3.70.',
            ),
    });
    const one = cloud();
    await Promise.all([one.identify(), one.getBackup(ID), one.getBackup(ID)]);
    expect(requests.filter(({ path }) => path === '/')).toHaveLength(1);
    newest = '3.70';
    await expect(one.getBackup(ID)).rejects.toMatchObject({ status: 406 });
    expect((await one.getBackup(ID))?.id).toBe(ID);
    expect((await one.identify()).microversion).toBe('3.70');
  });
});

describe('what a microversion can not take is not sent', () => {
  const REQUEST = { volumeId: 'v1', name: 'n', type: 'incremental', description: 'd', force: true } as const;

  it.each([
    ['3.42', undefined],
    ['3.43', { a: 'b' }],
  ])('at %s the metadata of a backup is %j', async (version, metadata) => {
    const { cloud, requests } = await start({ versions: versionDocument(version), cinder: () => ACCEPTED });
    await cloud().createBackup({ ...REQUEST, metadata: { a: 'b' }, snapshotId: 's1', container: 'c' });
    expect(JSON.parse(requests.at(-1)?.body ?? '')).toEqual({
      backup: {
        volume_id: 'v1',
        name: 'n',
        incremental: true,
        description: 'd',
        force: true,
        snapshot_id: 's1',
        container: 'c',
        ...(metadata !== undefined && { metadata }),
      },
    });
  });

  it.each([
    ['3.65', true],
    ['3.66', undefined],
  ])('at %s the force of a snapshot is %j', async (version, force) => {
    const { cloud, requests } = await start({ versions: versionDocument(version), cinder: () => ACCEPTED });
    expect(await cloud().createSnapshot({ volumeId: 'v1', name: 'n' })).toEqual({
      outcome: 'accepted',
      id: 's1',
    });
    expect(JSON.parse(requests.at(-1)?.body ?? '').snapshot.force).toBe(force);
  });
});

it("now() is the cloud's clock, from the Date of its answers", async () => {
  const clock = createTestClock();
  const aheadMs = 3_600_000;
  const { cloud } = await start({
    clock,
    cinder: () => ({ ...FOUND, headers: { date: new Date(clock.now().getTime() + aheadMs).toUTCString() } }),
  });
  const one = cloud();
  expect(one.now()).toEqual(clock.now());
  await one.getBackup(ID);
  expect(Math.abs(one.now().getTime() - clock.now().getTime() - aheadMs)).toBeLessThanOrEqual(1_000);
});
