import { type Script, type Stage, UNKNOWN } from '../script.ts';

/** Filters, orders and bodies that nobody sends on purpose, or not in this place. */
export const oddities: Script = {
  name: 'oddities',
  async play(stage) {
    const volumes: string[] = [];
    for (const [name, size, tier] of [
      ['Alpha', 1, 'gold'],
      ['alpha_2', 2, 'Gold'],
      ['beta', 1, 'silver'],
    ] as const) {
      const body = { volume: { name, size, metadata: { tier } } };
      const id = (await stage.need('POST', '/volumes', { body })).text('volume.id');
      stage.call(id, `volume ${name}`);
      await stage.volumeIs(id, 'available');
      await stage.tick();
      volumes.push(id);
    }
    const [volume = ''] = volumes;
    const backup = await stage.backup(volume, { name: 'Zeta' });
    const made = await stage.need('POST', '/snapshots', {
      body: { snapshot: { volume_id: volume, name: 's_1' } },
    });
    const snapshot = made.text('snapshot.id');
    stage.call(snapshot, 'snapshot');
    await stage.snapshotIs(snapshot, 'available');
    await filters(stage);
    await orders(stage);
    await itemMetadata(stage, volume, snapshot);
    await resets(stage, volume, snapshot, backup);
    await quotas(stage);
  },
};

type List = (path: string, version: string, as?: 'member' | 'admin') => Promise<unknown>;

function lister(stage: Stage): List {
  return (path, version, as = 'member') =>
    stage.ask(`${path} @${version} as ${as}`, 'GET', path, { version, as });
}

async function filters(stage: Stage): Promise<void> {
  const list = lister(stage);
  await list('/volumes/summary', '3.36');
  for (const size of ['01', '1.0', '1x', 'x', '']) await list(`/volumes?size=${size}`, '3.70');
  await list('/volumes?id=1&id=2', '3.70');
  await list('/volumes?foo=1&foo=2', '3.30');
  await list('/backups?foo=1&foo=2', '3.30');
  await list('/volumes?all_tenants=', '3.70', 'admin');
  await list('/volumes?all_tenants=', '3.70');
  for (const version of ['3.9', '3.10', '3.31']) await list('/volumes?group_id=x', version);
  for (const version of ['3.30', '3.31']) {
    for (const as of ['member', 'admin'] as const) {
      await list('/volumes?created_at=x', version, as);
      await list('/volumes?consumes_quota=true', version, as);
    }
  }
  for (const version of ['3.30', '3.31', '3.33', '3.34']) {
    await list('/volumes?name~=a', version);
    await list('/backups?name~=a', version);
    await list('/snapshots?name~=a', version, 'admin');
  }
  for (const part of ['%25', 'a_p', 'A%25A', '.', '(', '%5C']) {
    await list(`/volumes?name~=${part}`, '3.70', 'admin');
  }
  await list('/snapshots?availability_zone=', '3.70');
  await list('/snapshots?availability_zone=nonsuch', '3.70');
  for (const version of ['3.21', '3.22']) await list("/snapshots?metadata={'a':'b'}", version);
}

async function orders(stage: Stage): Promise<void> {
  const list = lister(stage);
  for (const path of ['/volumes', '/backups', '/snapshots']) {
    await list(`${path}?foo=bar&sort_key=nonsuch`, '3.70', 'admin');
    await list(`${path}?foo=bar&sort_dir=up`, '3.70', 'admin');
    await list(`${path}?foo=bar&sort_dir=up`, '3.70');
    await list(`${path}?foo=bar&marker=${UNKNOWN}`, '3.70', 'admin');
    await list(`${path}?sort=name,name`, '3.70');
    await list(`${path}?sort=name:asc&sort_dir=asc&foo=bar`, '3.70');
  }
  await list('/volumes?sort=name:asc', '3.70');
}

async function itemMetadata(stage: Stage, volume: string, snapshot: string): Promise<void> {
  const long = 'x'.repeat(256);
  for (const [kind, id] of [
    ['volumes', volume],
    ['snapshots', snapshot],
  ] as const) {
    const ask = (method: string, below: string, body: unknown, version = '3.70') =>
      stage.ask(
        `${method} ${below} of ${kind}: ${JSON.stringify(body)?.slice(0, 60)} @${version}`,
        method,
        `/${kind}/${id}/metadata${below}`,
        {
          version,
          ...(body === undefined ? {} : { body }),
        },
      );
    for (const version of ['3.14', '3.15']) await ask('GET', '', undefined, version);
    for (const metadata of [{ a: 1 }, { a: [] }, { a: long }, { [long]: 'a' }, { '': 'a' }, {}, null, []]) {
      await ask('PUT', '', { metadata });
      await ask('POST', '', { metadata });
    }
    await ask('PUT', '', {});
    await ask('PUT', '', { metadata: { a: 'é' }, more: 1 });
    for (const meta of [{}, { a: '1', b: '2' }, { b: '2' }, { a: 1 }, null]) await ask('PUT', '/a', { meta });
    await ask('PUT', '/a', {});
    for (const version of ['3.14', '3.15']) await ask('GET', '', undefined, version);
  }
}

async function resets(stage: Stage, volume: string, snapshot: string, backup: string): Promise<void> {
  for (const [path, bodies] of [
    [
      `/volumes/${volume}`,
      [
        { status: [] },
        { status: {} },
        { '': 'x' },
        { status: 'nonsuch', more: 1 },
        { status: 'error', migration_status: {} },
      ],
    ],
    [`/volumes/${volume}`, [{ migration_status: 'nonsuch' }, { attach_status: '', status: '' }, null, []]],
    [
      `/snapshots/${snapshot}`,
      [{ status: 'nonsuch', more: 1 }, { status: '' }, { status: 'available', more: 1 }, {}],
    ],
    [
      `/backups/${backup}`,
      [{ status: 'nonsuch', more: 1 }, { status: '' }, { status: 'available', more: 1 }, null],
    ],
  ] as const) {
    for (const asked of bodies) {
      await stage.ask(`reset ${path.split('/')[1]}: ${JSON.stringify(asked)}`, 'POST', `${path}/action`, {
        as: 'admin',
        body: { 'os-reset_status': asked },
      });
    }
  }
}

async function quotas(stage: Stage): Promise<void> {
  const put = (quota_set: unknown, as: 'member' | 'admin' = 'admin') =>
    stage.ask(`quotas ${JSON.stringify(quota_set)} as ${as}`, 'PUT', `/os-quota-sets/${stage.projectId}`, {
      as,
      body: { quota_set },
    });
  await put({});
  await put({}, 'member');
  await put({ foo: 1, volumes: 'x' });
  await put({ foo: 1, bar: 2, volumes: 5 });
  await put({ volumes: true });
  await put({ volumes: ' 7 ' });
  await put({ volumes: 7.5 });
  await put({ volumes: null });
  await put(null);
  await put({ tenant_id: 'x' });
}
