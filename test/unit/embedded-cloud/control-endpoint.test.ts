import { describe, expect, it } from 'vitest';
import { aCloud, type TestCloud } from './a-cloud.ts';

const GIB = 1024 ** 3;

interface Sent {
  readonly as?: 'member' | 'reader' | 'admin' | 'other';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | ReadableStream;
}

async function send(
  cloud: TestCloud,
  method: string,
  path: string,
  { as = 'member', headers, body }: Sent = {},
) {
  const response = await fetch(`http://127.0.0.1:${cloud.port}/embedded/${path}`, {
    method,
    headers: { 'x-auth-token': await cloud.tokenOf(as), ...headers },
    ...(body === undefined ? {} : { body, duplex: 'half' }),
  } as RequestInit);
  const bytes = Buffer.from(await response.arrayBuffer());
  const isJson = response.headers.get('content-type') === 'application/json';
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    json: isJson ? JSON.parse(bytes.toString()) : undefined,
  };
}

const outcome = ({ status, json }: Awaited<ReturnType<typeof send>>) => `${status} ${json?.error.message}`;

describe('the control endpoint: content', () => {
  it('is written whole or in ranges, and read likewise', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    expect((await send(cloud, 'PUT', `volumes/${id}/content`, { body: 'at the start' })).status).toBe(204);
    const headers = { 'content-range': 'bytes 1048570-1048580/*' };
    expect((await send(cloud, 'PUT', `volumes/${id}/content`, { headers, body: 'across 1MiB' })).status).toBe(
      204,
    );
    expect(Buffer.from(cloud.control.readVolume(id, 1048570, 11)).toString()).toBe('across 1MiB');

    for (const [range, offset, length] of [
      ['bytes=0-11', 0, 12],
      ['bytes=1048570-1048580', 1048570, 11],
      [`bytes=${GIB - 10}-`, GIB - 10, 10],
      ['bytes=-10', GIB - 10, 10],
      [`bytes=${GIB - 2}-${GIB + 100}`, GIB - 2, 2],
    ] as const) {
      const got = await send(cloud, 'GET', `volumes/${id}/content`, { headers: { range } });
      expect(got.status).toBe(206);
      expect(got.headers.get('content-range')).toBe(`bytes ${offset}-${offset + length - 1}/${GIB}`);
      expect(got.bytes.equals(cloud.control.readVolume(id, offset, length))).toBe(true);
    }
    const head = await send(cloud, 'HEAD', `volumes/${id}/content`);
    expect(head.headers.get('content-length')).toBe(String(GIB));
    expect(head.headers.get('accept-ranges')).toBe('bytes');
  });

  it('comes in a body of several MiB, of a length that is not told', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    const bytes = Buffer.alloc(3_500_000, 'content ');
    const body = new ReadableStream({
      start(controller) {
        for (let at = 0; at < bytes.length; at += 700_000)
          controller.enqueue(bytes.subarray(at, at + 700_000));
        controller.close();
      },
    });
    expect((await send(cloud, 'PUT', `volumes/${id}/content`, { body })).status).toBe(204);
    expect(bytes.equals(cloud.control.readVolume(id, 0, bytes.length))).toBe(true);
  });

  it('has a digest, the same as in the process, and says how much is allocated', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume({ sizeGib: 2 });
    cloud.control.writeVolume(id, 5, Buffer.from('x'));
    const { json } = await send(cloud, 'GET', `volumes/${id}/digest`);
    expect(json).toEqual({
      volume_id: id,
      size_gib: 2,
      digest: cloud.control.digestVolume(id),
      allocated_bytes: 32768,
    });
    const first = await send(cloud, 'GET', `volumes/${id}/digest?size_gib=1`);
    expect(first.json).toMatchObject({ size_gib: 1, digest: cloud.control.digestVolume(id, 1) });
    expect(outcome(await send(cloud, 'GET', `volumes/${id}/digest?size_gib=3`))).toBe(
      '400 size_gib=3: must be 1 to 2, the size of the volume',
    );
  });

  it('is refused where it does not fit, and nothing is written', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    const put = async (range: string) =>
      outcome(
        await send(cloud, 'PUT', `volumes/${id}/content`, {
          headers: { 'content-range': range },
          body: 'abc',
        }),
      );
    expect(await put(`bytes ${GIB - 2}-${GIB}/*`)).toBe(`416 volume ${id}: has ${GIB} bytes, not ${GIB + 1}`);
    expect(await put('bytes 0-9/*')).toBe('400 Content-Range: bytes 0-9/*: is 10 bytes, the body 3');
    expect(await put('0-2')).toBe('400 Content-Range: 0-2: must be of the form bytes 0-4095/*');
    for (const range of [`bytes=${GIB}-`, 'bytes=5-1', 'bytes=-', 'bytes=0-1,5-9', 'lines=1-2']) {
      const got = await send(cloud, 'GET', `volumes/${id}/content`, { headers: { range } });
      expect(outcome(got)).toBe(
        `416 Range: ${range}: must be one range, such as bytes=0-4095, of ${GIB} bytes`,
      );
    }
    expect(cloud.control.digestVolume(id)).toBe(cloud.control.digestVolume(cloud.control.addVolume()));
  });
});

describe('the control endpoint: access', () => {
  it('takes a token of the project, or an administrator’s; writing takes the role member', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    const gone = `404 volume ${id}: there is none in the project of the token`;
    const put = async (as: Sent['as']) =>
      outcome(await send(cloud, 'PUT', `volumes/${id}/content`, { ...(as && { as }), body: 'x' }));
    expect(await put('reader')).toBe('403 writing into a volume: takes the role member');
    expect(await put('other')).toBe(gone);
    expect(await put('admin')).toBe('204 undefined');
    expect((await send(cloud, 'GET', `volumes/${id}/digest`, { as: 'reader' })).status).toBe(200);
    const none = { headers: { 'x-auth-token': 'nonsense' } };
    expect(outcome(await send(cloud, 'GET', `volumes/${id}/digest`, none))).toBe(
      '401 X-Auth-Token: must be a token for a project, as Keystone of this cloud gives it',
    );
  });

  it('says what there is not', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    expect(outcome(await send(cloud, 'GET', 'volumes'))).toBe(
      '404 /embedded/volumes: there is no such thing here',
    );
    expect(outcome(await send(cloud, 'POST', `volumes/${id}/content`))).toBe(
      `405 POST /embedded/volumes/${id}/content: takes GET, HEAD, PUT`,
    );
    expect(outcome(await send(cloud, 'GET', 'volumes/nope/digest'))).toBe(
      '404 volume nope: there is none in the project of the token',
    );
  });

  it('is not counted among the requests to Cinder', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    await send(cloud, 'GET', `volumes/${id}/digest`);
    expect(cloud.control.requests.list().map(({ operation }) => operation)).toEqual(['authenticate']);
  });
});

describe('the control endpoint: objects of a backup', () => {
  it('are listed, and lost by an administrator', async () => {
    const cloud = await aCloud();
    const id = cloud.control.addVolume();
    cloud.control.writeVolume(id, 5, Buffer.from('x'));
    cloud.control.writeVolume(id, 300 * 1024 ** 2, Buffer.alloc(40_000, 'y'));
    const backup = await cloud.backUp(id);
    const path = `backups/${backup}/objects`;
    const objects = [
      { name: '00001', blocks: 1 },
      { name: '00002', blocks: 2 },
    ];
    expect((await send(cloud, 'GET', path)).json).toEqual({ objects });
    expect(outcome(await send(cloud, 'DELETE', `${path}/00002`))).toBe(
      '403 losing objects of a backup: takes the role admin',
    );
    expect(outcome(await send(cloud, 'DELETE', `${path}/7`, { as: 'admin' }))).toBe(
      `404 object 7: backup ${backup} has none of that name`,
    );
    expect((await send(cloud, 'DELETE', `${path}/00002`, { as: 'admin' })).status).toBe(204);
    const restore = { volume_id: cloud.control.addVolume() };
    await cloud.ask('POST', `/backups/${backup}/restore`, { body: { restore } });
    cloud.pass(5);
    expect((await cloud.ask('GET', `/volumes/${restore.volume_id}`)).body.volume.status).toBe(
      'error_restoring',
    );
    expect((await send(cloud, 'DELETE', path, { as: 'admin' })).status).toBe(204);
    expect((await send(cloud, 'GET', path)).json).toEqual({ objects: [] });
  });
});
