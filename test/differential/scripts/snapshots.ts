import { type Script, type Stage, UNKNOWN } from '../script.ts';

export const snapshots: Script = {
  name: 'snapshots',
  async play(stage) {
    const volume = await stage.volume('v', { empty: true });
    await refusals(stage, volume);
    const made = await stage.ask('create', 'POST', '/snapshots', {
      body: { snapshot: { volume_id: volume, name: '  s1 ', description: 'd', metadata: { a: '1' } } },
    });
    const snapshot = made.text('snapshot.id');
    await stage.snapshotIs(snapshot, 'available');
    await stage.tick();
    await views(stage, snapshot);
    await lists(stage, volume, snapshot);
    await inUse(stage, volume);
    await ends(stage, volume, snapshot);
  },
};

async function refusals(stage: Stage, volume_id: string): Promise<void> {
  const create = (name: string, body: unknown, version = '3.0') =>
    stage.ask(name, 'POST', '/snapshots', { body, version });
  await create('no volume', { snapshot: { name: 'x' } });
  await create('unknown volume', { snapshot: { volume_id: UNKNOWN } });
  await create('volume not a uuid', { snapshot: { volume_id: 'nope' } });
  await create('no key', {});
  await create('extra property', { snapshot: { volume_id, size: 1 } });
  await create('force no boolean', { snapshot: { volume_id, force: 'perhaps' } });
  await create('force false from 3.66 on', { snapshot: { volume_id, force: false } }, '3.66');
  await stage.ask('unknown', 'GET', `/snapshots/${UNKNOWN}`);
  await stage.ask('not a uuid', 'GET', '/snapshots/nope');
  await stage.ask('delete unknown', 'DELETE', `/snapshots/${UNKNOWN}`);
}

async function views(stage: Stage, snapshot: string): Promise<void> {
  const path = `/snapshots/${snapshot}`;
  for (const version of ['3.0', '3.13', '3.14', '3.40', '3.41', '3.64', '3.65', '3.70']) {
    await stage.ask(`show ${version}`, 'GET', path, { version });
  }
  await stage.ask('show as another project', 'GET', path, { as: 'other' });
  const put = (name: string, snapshot: unknown) => stage.ask(name, 'PUT', path, { body: { snapshot } });
  await put('rename', { name: 'renamed', description: 'told' });
  await put('empty update', {});
  await put('unknown property', { metadata: {} });
  const metadata = (name: string, method: string, below: string, body?: unknown) =>
    stage.ask(name, method, `${path}/metadata${below}`, body === undefined ? {} : { body });
  await metadata('metadata', 'GET', '');
  await metadata('add metadata', 'POST', '', { metadata: { b: '2' } });
  await metadata('replace metadata', 'PUT', '', { metadata: { c: '3' } });
  await metadata('metadata, one', 'GET', '/c');
  await metadata('metadata, set one', 'PUT', '/c', { meta: { c: '4' } });
  await metadata('metadata, remove one', 'DELETE', '/c');
  await metadata('metadata, remove one of none', 'DELETE', '/c');
  const reset = (name: string, status: string, as: 'member' | 'admin' = 'admin') =>
    stage.ask(name, 'POST', `${path}/action`, { body: { 'os-reset_status': { status } }, as });
  await reset('reset as member', 'error', 'member');
  await reset('reset to nonsense', 'nonsense');
  await reset('reset to error', 'error');
  await stage.ask('after the reset', 'GET', path);
  await reset('reset to available', 'available');
}

async function lists(stage: Stage, volume: string, snapshot: string): Promise<void> {
  const second = await stage.need('POST', '/snapshots', {
    body: { snapshot: { volume_id: volume, name: 's2' } },
  });
  stage.call(second.text('snapshot.id'), 'second');
  await stage.snapshotIs(second.text('snapshot.id'), 'available');
  const list = (name: string, query: string, version = '3.70') =>
    stage.ask(`${name} @${version}`, 'GET', `/snapshots${query}`, { version });
  await list('list', '');
  await list('list', '', '3.0');
  await list('detail', '/detail');
  await list('detail', '/detail', '3.0');
  await list('limit', '?limit=1');
  await list('with_count', '?with_count=true&limit=1');
  await list('marker', `?marker=${second.text('snapshot.id')}`);
  await list('marker unknown', `?marker=${UNKNOWN}`);
  for (const version of ['3.0', '3.70']) {
    await list('by name', '?name=s2', version);
    await list('by status', '?status=available', version);
    await list('by volume', `?volume_id=${volume}`, version);
    await list('by nonsense', '?foo=bar', version);
    await list('by name~', '?name~=s', version);
    await list('sorted by name', '?sort=name:asc', version);
    await list('sorted by nonsense', '?sort=nonsense', version);
  }
  await stage.ask('a volume from a snapshot', 'POST', '/volumes', {
    body: { volume: { snapshot_id: snapshot, size: 0 } },
  });
  const made = await stage.ask('a volume from it', 'POST', '/volumes', {
    body: { volume: { snapshot_id: snapshot } },
  });
  await stage.volumeIs(made.text('volume.id'), 'available');
  await stage.ask('the volume from it', 'GET', `/volumes/${made.text('volume.id')}`);
}

async function inUse(stage: Stage, volume_id: string): Promise<void> {
  const attach = { instance_uuid: UNKNOWN, mountpoint: '/dev/vdc' };
  await stage.need('POST', `/volumes/${volume_id}/action`, { body: { 'os-attach': attach } });
  await stage.volumeIs(volume_id, 'in-use');
  const create = (name: string, more: object, version: string) =>
    stage.ask(`${name} @${version}`, 'POST', '/snapshots', {
      version,
      body: { snapshot: { volume_id, name, ...more } },
    });
  await create('of a volume in use', {}, '3.65');
  for (const [more, version] of [
    [{ force: true }, '3.65'],
    [{}, '3.66'],
  ] as const) {
    const made = await create('of a volume in use, let', more, version);
    await stage.snapshotIs(made.text('snapshot.id'), 'available');
    await stage.need('DELETE', `/snapshots/${made.text('snapshot.id')}`);
    await stage.snapshotIs(made.text('snapshot.id'));
  }
  await stage.need('POST', `/volumes/${volume_id}/action`, { body: { 'os-detach': {} } });
  await stage.volumeIs(volume_id, 'available');
}

async function ends(stage: Stage, volume: string, snapshot: string): Promise<void> {
  await stage.ask('delete the volume of snapshots', 'DELETE', `/volumes/${volume}`);
  await stage.ask('delete', 'DELETE', `/snapshots/${snapshot}`);
  await stage.snapshotIs(snapshot);
  await stage.ask('deleted', 'GET', `/snapshots/${snapshot}`);
}
