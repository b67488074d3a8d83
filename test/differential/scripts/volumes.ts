import { type Script, type Stage, UNKNOWN } from '../script.ts';

/** Volumes as far as ordinary clients speak of them. */
export const volumes: Script = {
  name: 'volumes',
  async play(stage) {
    await creation(stage);
    const volume = await stage.volume('v1', { empty: true });
    await views(stage, volume);
    await changes(stage, volume);
    await lists(stage);
    await sources(stage, volume);
  },
};

function create(stage: Stage, name: string, volume: unknown, version?: string) {
  return stage.ask(name, 'POST', '/volumes', {
    body: { volume },
    ...(version === undefined ? {} : { version }),
  });
}

async function creation(stage: Stage): Promise<void> {
  const wrong: readonly (readonly [string, unknown, string?])[] = [
    ['no size', { name: 'x' }],
    ['size 0', { size: 0 }],
    ['size a word', { size: 'big' }],
    ['size negative', { size: -1 }],
    ['size a fraction', { size: 1.5 }],
    ['name too long', { size: 1, name: 'n'.repeat(256) }],
    ['unknown snapshot', { snapshot_id: UNKNOWN }],
    ['unknown source volume', { source_volid: UNKNOWN }],
    ['unknown type', { size: 1, volume_type: 'nope' }],
    ['unknown zone', { size: 1, availability_zone: 'mars' }],
    ['unknown backup', { backup_id: UNKNOWN }, '3.47'],
    ['backup before 3.47', { size: 1, backup_id: UNKNOWN }, '3.46'],
    ['metadata value not a text', { size: 1, metadata: { a: 1 } }],
    ['snapshot not a uuid', { snapshot_id: 'nope' }],
  ];
  for (const [name, volume, version] of wrong) await create(stage, name, volume, version);
  await stage.ask('no volume', 'POST', '/volumes', { body: {} });
  const made = await create(stage, 'create', {
    size: 1,
    name: '  padded  ',
    description: 'd',
    metadata: { tier: 'gold' },
  });
  await stage.volumeIs(made.text('volume.id'), 'available');
  await stage.ask('created', 'GET', `/volumes/${made.text('volume.id')}`);
  const sized = await create(stage, 'size as a text', { size: '1', name: null }, '3.70');
  await stage.volumeIs(sized.text('volume.id'), 'available');
  await stage.need('DELETE', `/volumes/${sized.text('volume.id')}`);
  await stage.volumeIs(sized.text('volume.id'));
}

async function views(stage: Stage, volume: string): Promise<void> {
  for (const version of ['3.0', '3.12', '3.13', '3.47', '3.48', '3.62', '3.63', '3.64', '3.65', '3.70']) {
    await stage.ask(`show ${version}`, 'GET', `/volumes/${volume}`, { version });
  }
  await stage.ask('show 3.70 as admin', 'GET', `/volumes/${volume}`, { version: '3.70', as: 'admin' });
  await stage.ask('show unknown', 'GET', `/volumes/${UNKNOWN}`);
  await stage.ask('show not a uuid', 'GET', '/volumes/nope');
  await stage.ask('delete unknown', 'DELETE', `/volumes/${UNKNOWN}`);
}

async function changes(stage: Stage, volume: string): Promise<void> {
  const path = `/volumes/${volume}`;
  const put = (name: string, changed: unknown) => stage.ask(name, 'PUT', path, { body: { volume: changed } });
  await put('rename', { name: 'renamed', description: 'told' });
  await put('set metadata', { metadata: { a: '1' } });
  await put('empty update', {});
  await put('unknown property', { size: 2 });
  await put('name null', { name: null });
  const metadata = (name: string, method: string, below: string, body?: unknown) =>
    stage.ask(name, method, `${path}/metadata${below}`, body === undefined ? {} : { body });
  await metadata('metadata', 'GET', '');
  await metadata('add metadata', 'POST', '', { metadata: { b: '2' } });
  await metadata('replace metadata', 'PUT', '', { metadata: { c: '3', d: '4' } });
  await metadata('metadata, one', 'GET', '/c');
  await metadata('metadata, one of none', 'GET', '/nope');
  await metadata('metadata, set one', 'PUT', '/c', { meta: { c: '5' } });
  await metadata('metadata, set one by another name', 'PUT', '/c', { meta: { x: '5' } });
  await metadata('metadata, remove one', 'DELETE', '/c');
  await metadata('metadata, remove one of none', 'DELETE', '/c');
  await metadata('metadata value not a text', 'POST', '', { metadata: { a: 1 } });
  await metadata('metadata key too long', 'POST', '', { metadata: { ['k'.repeat(256)]: 'a' } });
  const act = (name: string, body: unknown, as: 'member' | 'admin' = 'member') =>
    stage.ask(name, 'POST', `${path}/action`, { body, as });
  await act('extend to less', { 'os-extend': { new_size: 1 } });
  await act('extend to a word', { 'os-extend': { new_size: 'big' } });
  await act('extend', { 'os-extend': { new_size: 2 } });
  await stage.volumeIs(volume, 'available');
  await act('reserve', { 'os-reserve': {} });
  await stage.ask('reserved', 'GET', path);
  await act('reserve again', { 'os-reserve': {} });
  await act('unreserve', { 'os-unreserve': {} });
  await act('unknown action', { 'os-nonsuch': {} });
  await act('bootable', { 'os-set_bootable': { bootable: true } });
  await act('read-only', { 'os-update_readonly_flag': { readonly: true } });
  await act('reset to creating', { 'os-reset_status': { status: 'creating' } }, 'admin');
  await act('reset to nonsense', { 'os-reset_status': { status: 'nonsense' } }, 'admin');
  await act('reset to available', { 'os-reset_status': { status: 'available' } }, 'admin');
  await stage.ask('after all that', 'GET', path, { version: '3.70' });
}

async function lists(stage: Stage): Promise<void> {
  await stage.tick();
  await stage.volume('v2', { empty: true });
  const list = (name: string, query: string, version = '3.70', as: 'member' | 'admin' = 'member') =>
    stage.ask(`${name} @${version}${as === 'admin' ? ', as admin' : ''}`, 'GET', `/volumes${query}`, {
      version,
      as,
    });
  await list('list', '');
  await list('list', '', '3.0');
  await list('detail', '/detail', '3.0');
  await list('detail', '/detail');
  await list('detail', '/detail', '3.70', 'admin');
  await list('limit', '?limit=1');
  await list('with_count', '?with_count=true&limit=1');
  await list('with_count', '?with_count=true&limit=1', '3.44');
  await list('summary', '/summary');
  await list('summary', '/summary', '3.11');
  await list('summary', '/summary', '3.36');
  for (const version of ['3.0', '3.70']) {
    await list('by name', '?name=v2', version);
    await list('by name~', '?name~=v', version);
    await list('by status', '?status=available', version);
    await list('by size', '?size=2', version);
    await list('by metadata', "?metadata={'d':'4'}", version);
    await list('by metadata of none', "?metadata={'d':'5'}", version);
    await list('by bootable', '?bootable=true', version);
    await list('by nonsense', '?foo=bar', version);
    await list('by nonsense', '?foo=bar', version, 'admin');
    await list('sorted by name', '?sort=name:asc', version);
    await list('sorted by size', '?sort=size:desc,name', version);
    await list('sorted by nonsense', '?sort=nonsense', version);
  }
  await list('marker unknown', `?marker=${UNKNOWN}`);
}

async function sources(stage: Stage, volume: string): Promise<void> {
  const clone = await create(stage, 'clone', { source_volid: volume, name: 'clone' });
  await stage.volumeIs(clone.text('volume.id'), 'available');
  await stage.ask('the clone', 'GET', `/volumes/${clone.text('volume.id')}`);
  await create(stage, 'clone that is smaller', { source_volid: volume, size: 1 });
  const backup = await stage.backup(volume, { name: 'b' });
  const made = await create(stage, 'from a backup', { backup_id: backup, name: 'of b' }, '3.47');
  await stage.volumeIs(made.text('volume.id'), 'available');
  await stage.backupEnds(backup);
  await stage.ask('the one from a backup', 'GET', `/volumes/${made.text('volume.id')}`);
  await create(stage, 'from a backup, smaller', { backup_id: backup, size: 1 }, '3.47');
  await restores(stage);
  await stage.ask('delete', 'DELETE', `/volumes/${volume}`);
  await stage.volumeIs(volume);
  await stage.ask('deleted', 'GET', `/volumes/${volume}`);
}

/** What becomes of the metadata of a volume that is restored to. */
async function restores(stage: Stage): Promise<void> {
  const into = async (name: string, source: object, target: object) => {
    const make = async (role: string, metadata: object) => {
      const made = await create(stage, `${role} ${name}`, { size: 1, name: `${role} ${name}`, metadata });
      await stage.volumeIs(made.text('volume.id'), 'available');
      return made.text('volume.id');
    };
    const from = await make('source', source);
    const backup = await stage.backup(from, { name });
    const to = await make('target', target);
    await stage.need('POST', `/backups/${backup}/restore`, { body: { restore: { volume_id: to } } });
    await stage.backupEnds(backup);
    await stage.volumeIs(to, 'available');
    await stage.ask(`target ${name}, restored`, 'GET', `/volumes/${to}`);
  };
  await into('with metadata', { tier: 'gold', both: '1' }, { own: 'yes', both: '2' });
  await into('whose source has no metadata', {}, { own: 'yes' });
}
