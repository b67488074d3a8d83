import { afterEach, describe, expect, it } from 'vitest';
import { CinderProtocolError, CinderResponseError, isStatus } from '../../lambdas/adapters/cinder/errors.ts';
import {
  backupRow,
  collect,
  createTestClock,
  fault,
  type Reply,
  type Script,
  type ScriptedCinder,
  startScriptedCinder,
} from '../support/scripted-cinder.ts';

const ID = String(backupRow(1).id);
const JSON_TYPE = { 'content-type': 'application/json' };

let cinder: ScriptedCinder | undefined;
async function start(script: Script): Promise<ScriptedCinder> {
  cinder = await startScriptedCinder(script);
  return cinder;
}
afterEach(() => cinder?.close());

async function listAgainst(reply: Reply) {
  const { cloud } = await start({ cinder: () => reply });
  return collect(cloud({ maxAnswerBytes: 100_000, timeouts: { answerMs: 200 } }).listBackups());
}

describe('a list is an error, and no shorter or empty list, when its answer', () => {
  it.each([
    [
      'is cut JSON',
      { text: '{"backups": [{"id": "4', headers: JSON_TYPE },
      'GET /backups/detail: 200 with 22 characters that are not valid JSON',
    ],
    [
      'is empty',
      { text: '', headers: JSON_TYPE },
      'GET /backups/detail: 200 with 0 characters that are not valid JSON',
    ],
    [
      'is HTML',
      { text: '<html>Welcome</html>', headers: { 'content-type': 'text/html' } },
      'GET /backups/detail: 200 with content type text/html, expected JSON',
    ],
    ['is a list', { json: [] }, 'GET /backups/detail: expected an object, got a list'],
    ['is null', { json: null }, 'GET /backups/detail: expected an object, got null'],
    ['lacks the list', { json: {} }, 'GET /backups/detail: field backups: expected a list, got nothing'],
    [
      'has another thing for a row',
      { json: { backups: ['x'] } },
      'backup: expected an object, got a text of 1 characters',
    ],
    [
      'has null for the list',
      { json: { backups: null } },
      'GET /backups/detail: field backups: expected a list, got null',
    ],
    [
      'has links of another shape',
      { json: { backups: [], backups_links: 'next' } },
      'GET /backups/detail: field backups_links: expected a list, got a text of 4 characters',
    ],
    [
      'has a link without an address',
      { json: { backups: [], backups_links: [{ rel: 'next' }] } },
      'field backups_links: the next link has no usable href',
    ],
    [
      'is larger than any page',
      { text: 'x'.repeat(100_001), headers: JSON_TYPE },
      'GET /backups/detail: the answer is larger than 100000 bytes',
    ],
    [
      'redirects',
      { status: 302, headers: { location: 'https://sso.example.org/login?token=abc' } },
      'GET /backups/detail: 302 redirects to https://sso.example.org, which is not followed',
    ],
    [
      'redirects to a path',
      { status: 307, headers: { location: '/elsewhere' } },
      '307 redirects to another path, which is not followed',
    ],
  ] satisfies [string, Reply, string][])('%s', async (_name, reply, message) => {
    const listed = listAgainst(reply);
    await expect(listed).rejects.toThrow(CinderProtocolError);
    await expect(listed).rejects.toThrow(message);
  });

  it.each([
    ['id', { id: undefined }, 'backup: field id: expected text, got nothing'],
    ['status', { status: 7 }, `backup ${ID}: field status: expected text, got 7`],
    [
      'created_at',
      { created_at: 'yesterday' },
      `backup ${ID}: field created_at: expected a UTC time stamp, got a text of 9 characters`,
    ],
    [
      'created_at',
      { created_at: null },
      `backup ${ID}: field created_at: expected a UTC time stamp, got null`,
    ],
    [
      'data_timestamp',
      { data_timestamp: '2026-13-40T00:00:00' },
      `backup ${ID}: field data_timestamp: expected a UTC time stamp`,
    ],
    [
      'is_incremental',
      { is_incremental: undefined },
      `backup ${ID}: field is_incremental: expected true or false, got nothing`,
    ],
    [
      'size',
      { size: 'huge' },
      `backup ${ID}: field size: expected a whole number, got a text of 4 characters`,
    ],
    ['size', { size: -5 }, `backup ${ID}: field size: expected a whole number, got -5`],
    ['volume_id', { volume_id: null }, `backup ${ID}: field volume_id: expected text, got null`],
    [
      'metadata',
      { metadata: { a: 1 } },
      `backup ${ID}: field metadata: expected a map of texts, got an object`,
    ],
    ['metadata', { metadata: [] }, `backup ${ID}: field metadata: expected a map of texts, got a list`],
    ['name', { name: 5 }, `backup ${ID}: field name: expected text or null, got 5`],
  ])('has a wrong %s in a row', async (_field, changes, message) => {
    await expect(listAgainst({ json: { backups: [backupRow(1, changes)] } })).rejects.toThrow(message);
  });

  it('never ends, byte by byte', async () => {
    const clock = createTestClock();
    const { cloud } = await start({
      clock,
      cinder: () => (response) => {
        response.writeHead(200, JSON_TYPE);
        const drip = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(drip));
      },
    });
    const one = cloud({ timeouts: { answerMs: 100 } });
    // A busy machine may be late with these answers too.
    await one.identify();
    clock.sleeps.length = 0;
    await expect(collect(one.listBackups())).rejects.toThrow('GET /backups/detail: no answer within 100 ms');
    expect(clock.sleeps).toHaveLength(4);
  });

  it('stops in the middle', async () => {
    await expect(
      listAgainst((response) => {
        response.writeHead(200, { ...JSON_TYPE, 'content-length': '1000' });
        response.write('{"backups": [');
        setImmediate(() => response.destroy());
      }),
    ).rejects.toMatchObject({ name: 'CloudUnreachableError', sent: true });
  });

  it('is not HTTP', async () => {
    await expect(
      listAgainst((response) => {
        response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n');
      }),
    ).rejects.toMatchObject({ name: 'CloudUnreachableError', sent: true });
  });
});

describe('a row is taken as it is meant when', () => {
  it.each([
    ['it has fields that we do not know', { parent: { id: 'x' }, zone: [1] }, { id: ID }],
    ['its status is new to us', { status: 'quarantined' }, { status: 'unknown', statusText: 'quarantined' }],
    ['its numbers are text', { size: '12', object_count: '4' }, { sizeGib: 12, objectCount: 4 }],
    [
      'its texts are null',
      { name: null, description: null, container: null, fail_reason: null },
      { name: '', description: '' },
    ],
    [
      'its import failed',
      { data_timestamp: null, size: 0, object_count: null },
      { dataTimestampAt: new Date('2026-11-21T23:59:00Z'), objectCount: 0 },
    ],
    [
      'its stamps have no zone: UTC',
      { created_at: '2026-07-01T02:30:00.000000' },
      { createdAt: new Date('2026-07-01T02:30:00Z') },
    ],
    [
      'its stamps have a zone',
      { created_at: '2026-07-01T02:30:00+02:00' },
      { createdAt: new Date('2026-07-01T00:30:00Z') },
    ],
    ['it is of before 3.43', { metadata: undefined }, { id: ID }],
  ])('%s', async (_name, changes, expected) => {
    const [backup] = await listAgainst({ json: { backups: [backupRow(1, changes)] } });
    expect(backup).toMatchObject(expected);
  });
});

describe('a 404 of a GET', () => {
  it('in the words of Cinder means that the backup does not exist', async () => {
    const { cloud } = await start({
      cinder: () => fault(404, 'itemNotFound', `Backup ${ID} could not be found.`),
    });
    expect(await cloud().getBackup(ID)).toBeUndefined();
  });

  it.each([
    ['of a proxy', { status: 404, text: '<html><body><h1>404 Not Found</h1>\nnginx</body></html>' }],
    [
      'of an unknown route',
      {
        status: 404,
        json: {
          message: 'The resource could not be found.<br /><br />\n\n\n',
          code: '404 Not Found',
          title: 'Not Found',
        },
      },
    ],
    ['of another backup', fault(404, 'itemNotFound', 'Backup 46bc0983 could not be found.')],
    ['of a service', fault(404, 'itemNotFound', 'Service cinder-backup could not be found.')],
    ['of a project', fault(404, 'itemNotFound', 'Project demo could not be found.')],
    ['with the sentence in another form', { status: 404, text: `Backup ${ID} could not be found.` }],
  ] satisfies [string, Reply][])('%s proves nothing and is thrown', async (_name, reply) => {
    const { cloud } = await start({ cinder: () => reply });
    const error = await cloud()
      .getBackup(ID)
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(CinderResponseError);
    expect(isStatus(error, 404)).toBe(true);
    expect(isStatus(error, 400)).toBe(false);
  });
});

describe('a DELETE', () => {
  it.each([
    ['gone', 'gone', fault(404, 'itemNotFound', `Backup ${ID} could not be found.`)],
    [
      'not gone when cinder-backup is down',
      'refused',
      fault(404, 'itemNotFound', 'Service cinder-backup could not be found.'),
    ],
    ["not gone by a proxy's 404", 'refused', { status: 404, text: 'Not Found' }],
    [
      'held by its children',
      'held',
      fault(400, 'badRequest', 'Invalid backup: Incremental backups exist for this backup.'),
    ],
    [
      'refused in its status',
      'refused',
      fault(400, 'badRequest', 'Invalid backup: Backup status must be available or error'),
    ],
    [
      'refused by policy',
      'refused',
      fault(403, 'forbidden', "Policy doesn't allow backup:delete to be performed."),
    ],
    ['accepted', 'accepted', { status: 202, text: '' }],
  ] satisfies [string, string, Reply][])('finds a backup %s', async (_name, outcome, reply) => {
    const { cloud } = await start({ cinder: () => reply });
    expect(await cloud().deleteBackup(ID)).toMatchObject({ outcome });
  });

  it.each(['', '.', '..'])('of the id "%s" is never sent: it would be of something else', async (id) => {
    const { cloud, requests } = await start({ cinder: () => ({ status: 202 }) });
    await expect(cloud().deleteBackup(id)).rejects.toThrow(RangeError);
    expect(requests).toEqual([]);
  });

  it('keeps an id in its place in the path', async () => {
    const { cloud, requests } = await start({ cinder: () => ({ status: 202 }) });
    await cloud().deleteBackup('../volumes/1?force=1');
    expect(requests.at(-1)?.url).toMatch(/\/backups\/\.\.%2Fvolumes%2F1%3Fforce%3D1$/);
  });
});

it('a fault is on one line and capped, however long the page is', async () => {
  const page = `<html><style>p { color: red }</style><body>\n\n<h1>Gateway\u0007 says no</h1>${'<p>because</p>'.repeat(5_000)}</body></html>`;
  const { cloud } = await start({ cinder: () => ({ status: 403, text: page }) });
  const error = await cloud()
    .getBackup(ID)
    .catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(CinderResponseError);
  const { message, fault: text } = error as CinderResponseError;
  expect(text).toMatch(/^Gateway says no because because/);
  expect(message.length).toBeLessThan(600);
});

it('limits of -1 are none', async () => {
  const absolute = {
    maxTotalBackups: 10,
    maxTotalBackupGigabytes: -1,
    maxTotalSnapshots: '20',
    maxTotalVolumes: 5,
    maxTotalVolumeGigabytes: -1,
    totalBackupsUsed: 3,
    totalBackupGigabytesUsed: 30,
    totalSnapshotsUsed: 0,
    totalVolumesUsed: 4,
    totalGigabytesUsed: 0,
  };
  const { cloud } = await start({ cinder: () => ({ json: { limits: { rate: [], absolute } } }) });
  expect(await cloud().getLimits()).toEqual({
    maxBackups: 10,
    usedBackups: 3,
    usedBackupGib: 30,
    maxSnapshots: 20,
    usedSnapshots: 0,
    maxVolumes: 5,
    usedVolumes: 4,
    usedGib: 0,
  });
});
