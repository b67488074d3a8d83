import { Agent, request } from 'node:http';
import { describe, expect, it } from 'vitest';
import { startEmbeddedCloud } from '../../../local/embedded-cloud/embedded-cloud.ts';
import { aCloud } from './a-cloud.ts';

function get(url: string, agent: Agent): Promise<{ status: number | undefined; reused: boolean }> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, reused: sent.reusedSocket }));
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('the server', () => {
  it('keeps connections open, and cuts them when it is closed; closing twice does no harm', async () => {
    const cloud = await startEmbeddedCloud();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const url = `http://127.0.0.1:${cloud.port}/`;
    expect(await get(url, agent)).toEqual({ status: 300, reused: false });
    expect(await get(url, agent)).toEqual({ status: 300, reused: true });
    await cloud.close();
    await cloud.close();
    await expect(get(url, agent)).rejects.toThrow();
    agent.destroy();
  });

  it('listens where it is told, and says so when it cannot', async () => {
    const cloud = await startEmbeddedCloud();
    await expect(startEmbeddedCloud({ port: cloud.port })).rejects.toThrow('EADDRINUSE');
    await cloud.close();
    const again = await startEmbeddedCloud({ port: cloud.port });
    expect(again.authUrl).toBe(`http://127.0.0.1:${cloud.port}/identity/v3`);
    await again.close();
  });

  it('counts requests and lists them without their query', async () => {
    const cloud = await aCloud({ volumes: 1 });
    const { projectId } = cloud.credentials;
    await cloud.ask('GET', '/volumes?limit=1');
    await cloud.ask('GET', '/backups/nope');
    expect(cloud.control.requests.list()).toEqual([
      { method: 'POST', path: '/identity/v3/auth/tokens', operation: 'authenticate', status: 201 },
      { method: 'GET', path: `/v3/${projectId}/volumes`, operation: 'list-volumes', status: 200 },
      { method: 'GET', path: `/v3/${projectId}/backups/nope`, operation: 'show-backup', status: 404 },
    ]);
    expect(cloud.control.requests.counts()).toEqual({ authenticate: 1, 'list-volumes': 1, 'show-backup': 1 });
    cloud.control.requests.reset();
    expect([cloud.control.requests.total, cloud.control.requests.list()]).toEqual([0, []]);
  });

  it('runs by the real clock when it is given none', async () => {
    const cloud = await startEmbeddedCloud({ durations: { fullSeconds: 0.05 } });
    const volumeId = cloud.control.addVolume();
    const { applicationCredentialId: id, applicationCredentialSecret: secret, projectId } = cloud.credentials;
    const identity = { methods: ['application_credential'], application_credential: { id, secret } };
    const auth = await fetch(`${cloud.authUrl}/auth/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ auth: { identity } }),
    });
    const posted = await fetch(`${cloud.cinderUrl}/${projectId}/backups`, {
      method: 'POST',
      headers: {
        'x-auth-token': auth.headers.get('x-subject-token') ?? '',
        'content-type': 'application/json',
      },
      body: JSON.stringify({ backup: { volume_id: volumeId } }),
    });
    expect(posted.status).toBe(202);
    await expect.poll(() => cloud.control.backups()[0]?.status).toBe('available');
    await cloud.close();
  });

  it.each(['/backups', '/identity/v3/auth/tokens'])(
    'takes no body larger than Cinder and Keystone do: %s',
    async (path) => {
      const cloud = await aCloud();
      const post = (bytes: number) => cloud.ask('POST', path, { body: `{"x": "${'x'.repeat(bytes - 9)}"}` });
      expect((await post(114_688)).status).toBe(400);
      const refused = await post(114_689);
      expect([refused.status, refused.message]).toEqual([
        413,
        'Request is too large. Larger than max_request_body_size (114688).<br /><br />\n\n\n',
      ]);
      expect((await cloud.ask('GET', '/backups')).status).toBe(200);
    },
  );

  it('tells of its own defects and answers 500', async () => {
    const defects: unknown[] = [];
    const cloud = await aCloud({ onDefect: (error) => defects.push(error) });
    const volumeId = cloud.control.addVolume();
    Object.defineProperty(cloud.control.volumes()[0], 'status', {
      get: () => {
        throw new TypeError('defect');
      },
    });
    const got = await cloud.ask('POST', '/backups', { body: { backup: { volume_id: volumeId } } });
    expect(got.status).toBe(500);
    expect(got.message).toMatch(/^The server has either erred/);
    expect(defects).toHaveLength(1);
  });
});
