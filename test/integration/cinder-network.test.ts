import { createServer as createHttpServer, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { ChangeNotAllowedError } from '../../lambdas/app/ports.ts';
import {
  backupRow,
  createTestClock,
  PROJECT,
  passwordCredentials,
  type Script,
  type ScriptedCinder,
  startScriptedCinder,
} from '../support/scripted-cinder.ts';
import { TEST_AUTHORITY, TEST_CERTIFICATE, TEST_KEY } from '../support/test-certificates.ts';

const ID = String(backupRow(1).id);
const FOUND = { json: { backup: backupRow(1) } };

const closers: (() => unknown)[] = [];
async function start(script: Partial<Script> = {}): Promise<ScriptedCinder> {
  const cinder = await startScriptedCinder({ cinder: () => FOUND, ...script });
  closers.push(() => cinder.close());
  return cinder;
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

describe('connections', () => {
  it('are kept and used again', async () => {
    const cinder = await start();
    const sockets = new Set<Socket>();
    cinder.server.on('connection', (socket) => sockets.add(socket));
    const cloud = cinder.cloud();
    for (let asked = 0; asked < 10; asked += 1) await cloud.getBackup(ID);
    // The answer is there a moment before its connection is free again.
    expect(sockets.size).toBeLessThanOrEqual(2);
  });

  it('are at most 128, and a thousand callers take turns on them', async () => {
    const cinder = await start();
    let open = 0;
    let mostOpen = 0;
    cinder.server.on('connection', (socket) => {
      open += 1;
      mostOpen = Math.max(mostOpen, open);
      socket.on('close', () => {
        open -= 1;
      });
    });
    const cloud = cinder.cloud();
    const found = await Promise.all(Array.from({ length: 1_000 }, () => cloud.getBackup(ID)));
    expect(found.every((backup) => backup?.id === ID)).toBe(true);
    expect(mostOpen).toBeLessThanOrEqual(128);
  });

  it('are gone after close, and nothing is asked any more', async () => {
    const cinder = await start();
    const cloud = cinder.cloud();
    await cloud.getBackup(ID);
    await cloud.close();
    await expect(cloud.getBackup(ID)).rejects.toMatchObject({ name: 'CloudUnreachableError', sent: false });
    await cloud.close();
    const countConnections = () =>
      new Promise<number>((resolve) => cinder.server.getConnections((_error, count) => resolve(count)));
    await expect.poll(countConnections).toBe(0);
  });
});

describe('TLS', () => {
  /** Ends TLS before a scripted Cinder whose catalog names the encrypted side. */
  async function startEncrypted() {
    let port = 0;
    const cinder = await start({
      keystone: (_request, token) => ({
        status: 201,
        headers: { 'x-subject-token': 'abc' },
        json: {
          token: JSON.parse(
            JSON.stringify(token).replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, `https://127.0.0.1:${port}`),
          ),
        },
      }),
    });
    const inner = cinder.server.listeners('request')[0] as (...args: unknown[]) => void;
    port = await listen(
      createHttpsServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, inner) as unknown as Server,
    );
    const clock = createTestClock();
    const credentials = passwordCredentials(`https://127.0.0.1:${port}/identity/v3`);
    return { cinder, clock, cloud: (ca?: string) => cinder.cloud({ clock, credentials, ca }) };
  }

  it("is trusted by the cloud's own authority", async () => {
    const { cloud } = await startEncrypted();
    expect((await cloud(TEST_AUTHORITY).getBackup(ID))?.id).toBe(ID);
  });

  it('is not trusted without it, and not tried again', async () => {
    const { cloud, clock } = await startEncrypted();
    const refused = cloud().getBackup(ID);
    await expect(refused).rejects.toMatchObject({
      name: 'CloudUnreachableError',
      sent: false,
      message: /certificate/,
    });
    expect(clock.sleeps).toEqual([]);
  });
});

describe('a proxy', () => {
  /** Forwards what it is asked in full, and tunnels; counts both. */
  async function startProxy(authorization?: string) {
    const seen: string[] = [];
    const proxy = createHttpServer((request, response) => {
      seen.push(`${request.method} ${request.url}`);
      if (authorization !== undefined && request.headers['proxy-authorization'] !== authorization) {
        response.writeHead(407).end();
        return;
      }
      const target = new URL(request.url ?? '');
      const socket = connect(Number(target.port), target.hostname);
      closers.push(() => socket.destroy());
      const headers = Object.entries(request.headers).filter(
        ([name]) => !name.startsWith('proxy-') && name !== 'connection',
      );
      socket.write(`${request.method} ${target.pathname}${target.search} HTTP/1.1\r\n`);
      for (const [name, value] of headers) socket.write(`${name}: ${value}\r\n`);
      socket.write('connection: close\r\n\r\n');
      request.pipe(socket, { end: false });
      socket.pipe(response.socket as Socket);
    });
    proxy.on('connect', (request, client) => {
      seen.push(`CONNECT ${request.url}`);
      const [host, port] = (request.url ?? '').split(':');
      const socket = connect(Number(port), host, () =>
        client.write('HTTP/1.1 200 Connection Established\r\n\r\n'),
      );
      closers.push(() => socket.destroy());
      socket.pipe(client);
      client.pipe(socket);
      client.on('error', () => socket.destroy());
    });
    return { seen, port: await listen(proxy) };
  }

  it('is asked for everything, with its own password', async () => {
    const cinder = await start();
    const basic = `Basic ${Buffer.from('keeper:pw').toString('base64')}`;
    const { seen, port } = await startProxy(basic);
    const cloud = cinder.cloud({ proxyUrl: `http://keeper:pw@127.0.0.1:${port}` });
    expect((await cloud.getBackup(ID))?.id).toBe(ID);
    expect(seen).toEqual([
      `POST ${cinder.origin}/identity/v3/auth/tokens`,
      `GET ${cinder.origin}/`,
      `GET ${cinder.origin}/v3/${PROJECT}/backups/${ID}`,
    ]);
    expect(cinder.requests.every(({ headers }) => headers['proxy-authorization'] === undefined)).toBe(true);
  });

  it('that wants another password is the fault, and not asked again', async () => {
    const cinder = await start();
    const { seen, port } = await startProxy('Basic other');
    const cloud = cinder.cloud({ proxyUrl: `http://keeper:pw@127.0.0.1:${port}` });
    await expect(cloud.getBackup(ID)).rejects.toThrow('Proxy Authentication Required (407)');
    expect(seen).toHaveLength(1);
  });

  it('tunnels to a cloud that speaks TLS', async () => {
    const cinder = await start();
    const inner = cinder.server.listeners('request')[0] as (...args: unknown[]) => void;
    const port = await listen(
      createHttpsServer({ cert: TEST_CERTIFICATE, key: TEST_KEY }, inner) as unknown as Server,
    );
    const { seen, port: proxyPort } = await startProxy();
    const cloud = cinder.cloud({
      ca: TEST_AUTHORITY,
      credentials: passwordCredentials(`https://127.0.0.1:${port}/identity`),
      proxyUrl: `http://127.0.0.1:${proxyPort}`,
    });
    expect((await cloud.getBackup(ID))?.id).toBe(ID);
    expect(seen[0]).toBe(`CONNECT 127.0.0.1:${port}`);
  });
});

describe('a cloud that is guarded', () => {
  const request = { volumeId: ID, name: 'ck-one', type: 'full' } as const;

  it('sends no change once the right to it has run out, however late that is, and goes on reading', async () => {
    const clock = createTestClock();
    const cinder = await start({ clock });
    let until = Number.POSITIVE_INFINITY;
    // One request a second: each change has to wait for its turn.
    const cloud = cinder.cloud({ requestsPerSecond: 1 }).guardedBy(() => clock.now().getTime() < until);
    const sent = () => cinder.requests.filter(({ method }) => method !== 'GET').map(({ method }) => method);

    await cloud.deleteBackup(ID);
    until = clock.now().getTime() + 1;
    for (const change of [
      () => cloud.deleteBackup(ID),
      () => cloud.createBackup(request),
      () => cloud.deleteSnapshot(ID),
      () => cloud.createSnapshot({ volumeId: ID, name: 'ck-one' }),
      () => cloud.updateBackup(ID, { name: 'other' }),
    ]) {
      await expect(change()).rejects.toThrow(ChangeNotAllowedError);
    }
    expect(sent()).toEqual(['DELETE']);
    expect(await cloud.getBackup(ID)).toHaveProperty('id', ID);
  });

  it('does not hold up who is not guarded', async () => {
    const cinder = await start();
    const cloud = cinder.cloud();
    const guarded = cloud.guardedBy(() => false);
    await expect(guarded.deleteBackup(ID)).rejects.toThrow(ChangeNotAllowedError);
    await cloud.deleteBackup(ID);
    expect(cinder.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(1);
  });
});
