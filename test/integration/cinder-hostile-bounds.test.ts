import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { CinderProtocolError } from '../../lambdas/adapters/cinder/errors.ts';
import type { Cloud } from '../../lambdas/app/ports.ts';
import {
  backupRow,
  collect,
  createTestClock,
  type Reply,
  type Script,
  type ScriptedCinder,
  startScriptedCinder,
} from '../support/scripted-cinder.ts';

const MIB = 1024 * 1024;
/** What Linux lets wait on one connection: `tcp_wmem` and `tcp_rmem` grow to 4 and 32 MiB; and what we hand it at a time. */
const ON_ITS_WAY_BYTES = (4 + 32 + 1) * MIB;
const ID = String(backupRow(1).id);
const JSON_TYPE = { 'content-type': 'application/json' };

let cinder: ScriptedCinder | undefined;
async function start(script: Script): Promise<ScriptedCinder> {
  cinder = await startScriptedCinder(script);
  return cinder;
}
afterEach(() => cinder?.close());

/** Sends 300 MiB of blanks, as fast as they are taken, until the other side hangs up. */
function flood(headers: Readonly<Record<string, string>>) {
  return (response: ServerResponse) => {
    const blanks = Buffer.alloc(MIB, ' ');
    let left = 300;
    response.writeHead(200, { ...JSON_TYPE, ...headers });
    const pump = () => {
      while (left > 0 && !response.destroyed) {
        left -= 1;
        if (!response.write(blanks)) return;
      }
      response.end();
    };
    response.on('drain', pump);
    pump();
  };
}

/** What was sent on all connections together. */
function watchTraffic({ server }: ScriptedCinder): () => number {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  return () => [...sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, 0);
}

/** The most that buffers took while the task ran, beyond what they took before. */
async function peakOf(task: () => Promise<unknown>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let peak = 0;
  const sampler = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers - before);
  }, 5);
  await task().finally(() => clearInterval(sampler));
  return peak;
}

describe('an answer of 300 MiB', () => {
  it.each([
    ['that says so', { 'content-length': String(300 * MIB) }],
    ['that does not say so', {}],
  ])('%s is cut off at 64 when it is a page', async (_name, headers) => {
    const opened = await start({ cinder: () => flood(headers) });
    const sent = watchTraffic(opened);
    const peak = await peakOf(async () => {
      const listed = collect(opened.cloud().listBackups());
      await expect(listed).rejects.toThrow(CinderProtocolError);
      await expect(listed).rejects.toThrow('GET /backups/detail: the answer is larger than 67108864 bytes');
    });
    // Beyond the limit only what was on its way; the server's own buffers are among those counted.
    expect(sent()).toBeLessThan(65 * MIB + ON_ITS_WAY_BYTES);
    expect(peak).toBeLessThan(110 * MIB);
  });

  it('is cut off at 4 when it is anything else, for many callers at once', async () => {
    const opened = await start({ cinder: () => flood({}) });
    const sent = watchTraffic(opened);
    const peak = await peakOf(async () => {
      const cloud = opened.cloud();
      const asked = Array.from({ length: 20 }, () => cloud.getBackup(ID));
      for (const { status, reason } of (await Promise.allSettled(asked)) as PromiseRejectedResult[]) {
        expect(status).toBe('rejected');
        expect(reason).toBeInstanceOf(CinderProtocolError);
      }
    });
    expect(sent()).toBeLessThan(20 * (5 * MIB + ON_ITS_WAY_BYTES));
    expect(peak).toBeLessThan(20 * 16 * MIB);
  });

  it.each([
    ['of Keystone', { keystone: () => flood({}) }],
    ['in place of the versions', { versions: flood({}) }],
  ] satisfies [string, Partial<Script>][])('%s is cut off too', async (_name, script) => {
    const { cloud } = await start({ cinder: () => ({ json: {} }), ...script });
    await expect(cloud().getBackup(ID)).rejects.toThrow('the answer is larger than 4194304 bytes');
  });
});

describe('an answer that takes its time', () => {
  /** Writes to the bare connection, a piece every 20 ms, for ever. */
  function drip(first: string, piece: string) {
    return ({ socket }: ServerResponse) => {
      socket?.write(first);
      const timer = setInterval(() => socket?.write(piece), 20);
      socket?.on('close', () => clearInterval(timer));
    };
  }

  it.each([
    ['in its headers', drip('HTTP/1.1 200 OK\r\n', 'X-More: y\r\n')],
    ['within one header', drip('HTTP/1.1 200 OK\r\nX-More: ', 'y')],
    ['in its chunks', drip('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n', '1\r\n \r\n')],
    ['with news of its coming', drip('', 'HTTP/1.1 102 Processing\r\n\r\n')],
  ] satisfies [string, Reply][])('%s is given up', async (_name, reply) => {
    const clock = createTestClock();
    const { cloud } = await start({ clock, cinder: () => reply });
    const one = cloud({ timeouts: { answerMs: 150 } });
    // A busy machine may be late with these answers too.
    await one.identify();
    clock.sleeps.length = 0;
    await expect(one.getBackup(ID)).rejects.toMatchObject({ name: 'CloudUnreachableError', sent: true });
    expect(clock.sleeps).toHaveLength(4);
  });
});

describe('an answer that is no answer', () => {
  const raw =
    (text: string): Reply =>
    (response) => {
      response.socket?.end(text);
    };
  const ok = (body: string, headers = '') =>
    `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n${headers}\r\n${body}`;

  it.each([
    ['has headers without end', raw(`HTTP/1.1 200 OK\r\nX-More: ${'y'.repeat(MIB)}\r\n\r\n`)],
    ['has two lengths', raw(ok('{}', 'Content-Length: 9\r\n'))],
    ['is longer than it says', raw(`${ok('{}')}{"backup": {}}`)],
    ['has a broken chunk', raw('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n')],
    [
      'is compressed, though nobody asked',
      { text: gzipSync('{}').toString('latin1'), headers: { ...JSON_TYPE, 'content-encoding': 'gzip' } },
    ],
    ['has no content', { status: 204 }],
    ['says that nothing changed', { status: 304 }],
    ['has a status that there is not', raw('HTTP/1.1 999 Who knows\r\nContent-Length: 0\r\n\r\n')],
    [
      'switches to another protocol',
      raw('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n'),
    ],
    ['is nested without end', { text: `{"backup": ${'['.repeat(100_000)}`, headers: JSON_TYPE }],
    ['begins with a mark of its byte order', { text: '\ufeff{"backup": {}}', headers: JSON_TYPE }],
  ] satisfies [string, Reply][])('as it %s is an error of ours', async (_name, reply) => {
    const { cloud } = await start({ cinder: () => reply });
    const error = await cloud({ timeouts: { answerMs: 2_000 } })
      .getBackup(ID)
      .catch((thrown: unknown) => thrown);
    expect((error as Error).name).toMatch(
      /^(CinderProtocolError|CinderResponseError|CloudUnreachableError)$/,
    );
  });
});

describe('rows of every list', () => {
  const volume = {
    id: 'v1',
    name: 'n',
    status: 'available',
    size: 1,
    metadata: {},
    attachments: [],
    availability_zone: 'nova',
    volume_type: '__DEFAULT__',
    created_at: '2026-11-22T00:00:00.000000',
  };
  const snapshot = { ...volume, volume_id: 'v1' };
  const kinds = [
    ['volumes', volume, (cloud: Cloud) => collect(cloud.listVolumes())],
    ['snapshots', snapshot, (cloud: Cloud) => collect(cloud.listSnapshots())],
  ] as const;

  it.each(kinds)('%s with an id that is no text, or none, end the list', async (key, row, list) => {
    for (const id of [undefined, null, 5, '', {}]) {
      const { cloud, close } = await start({ cinder: () => ({ json: { [key]: [row, { ...row, id }] } }) });
      await expect(list(cloud())).rejects.toThrow('field id: expected text');
      await close();
    }
  });

  it.each(kinds)('%s whose links lead in a circle end the walk', async (key, row, list) => {
    const { cloud } = await start({
      cinder: (_request, count) => ({
        json: {
          [key]: [{ ...row, id: `row ${count}` }],
          [`${key}_links`]: [{ rel: 'next', href: `/x?marker=${count % 2}` }],
        },
      }),
    });
    await expect(list(cloud())).rejects.toThrow('the links between pages lead in a circle');
  });
});
