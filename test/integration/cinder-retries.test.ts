import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { ExchangeEvent } from '../../lambdas/adapters/cinder/exchange.ts';
import type { CreateOutcome } from '../../lambdas/app/ports.ts';
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
const FOUND = { json: { backup: backupRow(1) } };
const GONE = fault(404, 'itemNotFound', `Backup ${ID} could not be found.`);
const CREATE = { volumeId: String(backupRow(1).volume_id), name: 'n', type: 'full' } as const;
const ACCEPTED = { status: 202, json: { backup: { id: 'b1', name: 'n', links: [] } } };
const cut: Reply = (response) => response.destroy();

let cinder: ScriptedCinder | undefined;
async function start(script: Script): Promise<ScriptedCinder> {
  cinder = await startScriptedCinder(script);
  return cinder;
}
afterEach(() => cinder?.close());

/** The given replies, one after the other; the last one for ever. */
function inTurn(...replies: readonly Reply[]): Script['cinder'] {
  return (_request, count) => replies[Math.min(count, replies.length) - 1] ?? cut;
}

function countOf(method: string): number {
  return cinder?.requests.filter((request) => request.method === method).length ?? 0;
}

describe('a GET', () => {
  it.each([
    ['429', fault(429, 'overLimit', 'slow down')],
    ['500', fault(500, 'computeFault', 'erred')],
    ['502 of a proxy', { status: 502, text: '<html>Bad Gateway</html>' }],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['a cut connection', cut],
  ])('is repeated after %s', async (_name, failure) => {
    const { cloud } = await start({ cinder: inTurn(failure, failure, FOUND) });
    expect((await cloud().getBackup(ID))?.id).toBe(ID);
  });

  it.each([400, 403, 404, 413])('is not repeated after %d', async (status) => {
    const { cloud } = await start({ cinder: inTurn({ status, text: 'no' }, FOUND) });
    await expect(cloud().getBackup(ID)).rejects.toThrow(`GET /backups/${ID}: ${status} no`);
  });

  it('is given up after five attempts, with exponential back-off and jitter between them', async () => {
    const clock = createTestClock();
    const { cloud, requests } = await start({ clock, cinder: () => ({ status: 503, text: 'busy' }) });
    await expect(cloud().getBackup(ID)).rejects.toThrow(`GET /backups/${ID}: 503 busy`);
    expect(requests.filter(({ path }) => path.includes('backups'))).toHaveLength(5);
    expect(clock.sleeps).toEqual([250, 500, 1_000, 2_000]); // half of 0.5, 1, 2, 4 s: `random` is 0.5 here
  });

  it.each([
    ['seconds', { 'retry-after': '7' }, 7_000],
    [
      'a date, by the clock that wrote it',
      { 'retry-after': 'Mon, 01 Jan 2024 00:00:09 GMT', date: 'Mon, 01 Jan 2024 00:00:00 GMT' },
      9_000,
    ],
    ['hours, of which a minute is waited', { 'retry-after': '7200' }, 60_000],
    ['zero, which is no reason to hurry', { 'retry-after': '0' }, 250],
    ['nonsense', { 'retry-after': 'soon' }, 250],
  ])('waits as long as Retry-After says: %s', async (_name, headers, waitMs) => {
    const clock = createTestClock();
    const { cloud } = await start({ clock, cinder: inTurn({ status: 429, headers }, FOUND) });
    await cloud().getBackup(ID);
    expect(clock.sleeps).toEqual([waitMs]);
  });

  it('is repeated at any page of a list', async () => {
    const { cloud, origin } = await start({
      cinder: ({ query }, count) => {
        if (count === 2) return { status: 503 };
        const links = [{ rel: 'next', href: `${origin}/v3/backups?marker=${backupRow(1).id}` }];
        if (query.get('marker') === null) return { json: { backups: [backupRow(1)], backups_links: links } };
        return { json: { backups: [backupRow(2)] } };
      },
    });
    expect(await collect(cloud().listBackups())).toHaveLength(2);
  });
});

describe('a DELETE', () => {
  it('is repeated after a cut connection, and may find the backup gone then', async () => {
    const { cloud } = await start({ cinder: inTurn(cut, GONE) });
    expect(await cloud().deleteBackup(ID)).toEqual({ outcome: 'gone' });
  });

  it('that never got an answer proves nothing', async () => {
    const { cloud } = await start({ cinder: () => cut });
    expect(await cloud().deleteBackup(ID)).toMatchObject({ outcome: 'unanswered' });
    expect(countOf('DELETE')).toBe(5);
  });

  it('that only met 503 proves nothing', async () => {
    const { cloud } = await start({ cinder: () => ({ status: 503 }) });
    expect(await cloud().deleteBackup(ID)).toMatchObject({ outcome: 'unanswered' });
  });

  it('that was sent once stays sent, even when the cloud cannot be reached any more', async () => {
    const { cloud, server } = await start({
      cinder: () => (response) => {
        server.close();
        server.closeAllConnections();
        response.destroy();
      },
    });
    expect(await cloud().deleteBackup(ID)).toMatchObject({ outcome: 'unanswered' });
  });
});

describe('a PUT', () => {
  const CHANGE = { description: 'pinned', metadata: { cinderkeep: 'v1' } };
  const UPDATED = { json: { backup: { id: ID, name: 'n', links: [] } } };

  it.each([
    ['503', { status: 503 }],
    ['a cut connection', cut],
  ] satisfies [string, Reply][])(
    'is repeated after %s, as it changes nothing twice',
    async (_name, failure) => {
      const { cloud, requests } = await start({ cinder: inTurn(failure, UPDATED) });
      expect(await cloud().updateBackup(ID, CHANGE)).toEqual({ outcome: 'updated' });
      const { path, body } = requests.findLast(({ method }) => method === 'PUT') ?? {};
      expect(path).toMatch(new RegExp(`/backups/${ID}$`));
      expect(JSON.parse(body ?? '')).toEqual({ backup: CHANGE });
    },
  );

  it.each([
    ['gone', GONE, { outcome: 'gone' }],
    ['forbidden', fault(403, 'forbidden', 'no'), { outcome: 'refused', message: /403 no/ }],
    [
      'a route that is not there',
      fault(404, 'itemNotFound', 'The resource could not be found.'),
      { outcome: 'refused' },
    ],
    ['no answer', cut, { outcome: 'unanswered' }],
  ] satisfies [string, Reply, object][])('tells %s from the others', async (_name, reply, outcome) => {
    const { cloud } = await start({ cinder: () => reply });
    expect(await cloud().updateBackup(ID, CHANGE)).toMatchObject(outcome);
  });
});

describe('a POST', () => {
  it.each([
    ['500', fault(500, 'computeFault', 'erred')],
    ['503', { status: 503 }],
    ['504', { status: 504 }],
    ['408', { status: 408 }],
    ['a cut connection', cut],
    [
      'a 202 that is cut short',
      (response) => {
        response.writeHead(202, { 'content-type': 'application/json', 'content-length': '500' });
        response.write('{"backup": {"id": "');
        setImmediate(() => response.destroy());
      },
    ],
    ['a 202 without an id', { status: 202, json: { backup: {} } }],
    ['a 202 that is no JSON', { status: 202, text: 'accepted' }],
  ] satisfies [string, Reply][])(
    'is not repeated after %s: it may have been done',
    async (_name, failure) => {
      const { cloud } = await start({ cinder: inTurn(failure, ACCEPTED) });
      expect(await cloud().createBackup(CREATE)).toMatchObject({
        outcome: 'unanswered',
        message: /POST \/backups|backup/,
      });
      expect(countOf('POST')).toBe(1);
    },
  );

  it('is not repeated after 429, which is no time to ask again', async () => {
    const { cloud } = await start({ cinder: inTurn(fault(429, 'overLimit', 'slow down'), ACCEPTED) });
    expect(await cloud().createBackup(CREATE)).toMatchObject({ outcome: 'refused', cause: 'not-now' });
    expect(countOf('POST')).toBe(1);
  });

  it('that gets no answer in time may have been done', async () => {
    const { cloud } = await start({ cinder: ({ method }) => (method === 'POST' ? () => {} : FOUND) });
    const outcome = await cloud({ timeouts: { answerMs: 100 } }).createBackup(CREATE);
    expect(outcome).toEqual({ outcome: 'unanswered', message: 'POST /backups: no answer within 100 ms' });
  });

  it('that could not be sent is repeated, and then thrown as not sent', async () => {
    const clock = createTestClock();
    const { cloud, server } = await start({ clock, cinder: () => ACCEPTED });
    const one = cloud();
    await one.identify();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await expect(one.getBackup(ID)).rejects.toThrow('ECONNREFUSED'); // by now no kept-alive connection is left
    clock.sleeps.length = 0;
    const error = await one.createBackup(CREATE).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      name: 'CloudUnreachableError',
      sent: false,
      message: /ECONNREFUSED|POST \/backups/,
    });
    expect(clock.sleeps).toHaveLength(4);
  });

  it.each([
    ['is cut', () => cut],
    ['is a 503', () => fault(503, 'serviceUnavailable', 'later')],
  ] as const)('of a restore whose answer %s is unanswered, and is not repeated', async (_how, cinder) => {
    const { cloud } = await start({ cinder });
    expect(await cloud().restoreBackup(ID, { volumeId: CREATE.volumeId })).toMatchObject({
      outcome: 'unanswered',
    });
    expect(countOf('POST')).toBe(1);
  });
});

it('a host that accepts nothing is unreachable and nothing was sent', async () => {
  const { cloud, origin, credentials } = await start({ cinder: () => FOUND });
  const closed = createServer();
  const port = await new Promise<number>((resolve) => {
    closed.listen(0, '127.0.0.1', () => {
      const address = closed.address();
      closed.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
  const authUrl = `http://127.0.0.1:${port}/v3`;
  expect(authUrl.startsWith(origin)).toBe(false);
  const found = cloud({ credentials: { ...credentials, authUrl } }).getBackup(ID);
  await expect(found).rejects.toMatchObject({
    name: 'CloudUnreachableError',
    sent: false,
    message: /ECONNREFUSED/,
  });
});

describe('requests per second', () => {
  it('are spaced evenly on the clock, retries included, whoever asks', async () => {
    const clock = createTestClock();
    const at: number[] = [];
    const { cloud } = await start({
      clock,
      cinder: () => {
        at.push(clock.now().getTime());
        return FOUND;
      },
    });
    const one = cloud({ requestsPerSecond: 10 });
    for (let asked = 0; asked < 20; asked += 1) await one.getBackup(ID);
    const gaps = at.slice(1).map((instant, index) => instant - (at[index] ?? 0));
    expect(gaps).toEqual(Array.from({ length: 19 }, () => 100));
  });
});

describe('hooks', () => {
  it('tell every exchange, and that one is pending only while it is', async () => {
    const events: ExchangeEvent[] = [];
    let pending = 0;
    let mostPending = 0;
    const clock = createTestClock();
    const pendingAsleep: number[] = [];
    const { cloud } = await start({ clock, cinder: inTurn(cut, { status: 503 }, FOUND) });
    const one = cloud({
      clock: {
        now: clock.now,
        sleep: async (ms) => {
          pendingAsleep.push(pending);
          await clock.sleep(ms);
        },
      },
      onExchange: (event) => events.push(event),
      onPending(change) {
        pending += change;
        mostPending = Math.max(mostPending, pending);
      },
    });
    await one.getBackup(ID);
    expect(events.map(({ method, path, status }) => [method, path, status])).toEqual([
      ['POST', '/auth/tokens', 201],
      ['GET', '/', 300],
      ['GET', `/backups/${ID}`, undefined],
      ['GET', `/backups/${ID}`, 503],
      ['GET', `/backups/${ID}`, 200],
    ]);
    expect({ pending, mostPending, pendingAsleep }).toEqual({
      pending: 0,
      mostPending: 1,
      pendingAsleep: [0, 0],
    });
  });
});

it('a refusal has the sentence of Cinder and the id of the request', async () => {
  const { cloud } = await start({
    cinder: () => ({
      ...fault(400, 'badRequest', 'Invalid backup: No backups available to do an incremental backup.'),
      headers: { 'x-openstack-request-id': 'req-1' },
    }),
  });
  const expected: CreateOutcome<string> = {
    outcome: 'refused',
    cause: 'no-parent',
    message: 'POST /backups: 400 Invalid backup: No backups available to do an incremental backup. (req-1)',
  };
  expect(await cloud().createBackup({ ...CREATE, type: 'incremental' })).toEqual(expected);
});
