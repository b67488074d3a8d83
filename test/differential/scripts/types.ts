import { type Script, type Stage, UNKNOWN } from '../script.ts';

/** Volume types are everybody's: what is made here shows in all projects, in their quotas too. */
export const types: Script = {
  name: 'types',
  playsAlone: true,
  async play(stage) {
    await refusals(stage);
    const made = await create(stage, 'create', {
      name: `fast ${stage.run}`,
      description: 'told',
      'os-volume-type-access:is_public': true,
      extra_specs: { multiattach: '<is> False', 'inner:key': 'x' },
    });
    const id = made.text('volume_type.id');
    await stage.tick();
    const hidden = await create(stage, 'create a private one', {
      name: `hidden ${stage.run}`,
      'os-volume-type-access:is_public': 'false',
    });
    await views(stage, id, hidden.text('volume_type.id'));
    await specs(stage, id);
    await changes(stage, id);
    await inUse(stage, id);
    for (const [name, one] of [
      ['delete', id],
      ['delete the private one', hidden.text('volume_type.id')],
    ] as const) {
      await stage.ask(name, 'DELETE', `/types/${one}`, { as: 'admin' });
    }
    await stage.ask('deleted', 'GET', `/types/${id}`);
  },
};

const create = (stage: Stage, name: string, volume_type: unknown, as: 'admin' | 'member' = 'admin') =>
  stage.ask(name, 'POST', '/types', { as, body: { volume_type } });

async function refusals(stage: Stage): Promise<void> {
  await create(stage, 'create as member', { name: 'x' }, 'member');
  await create(stage, 'no name', {});
  await create(stage, 'name null', { name: null });
  await create(stage, 'name empty', { name: '' });
  await create(stage, 'name a number', { name: 5 });
  await create(stage, 'name too long', { name: 'n'.repeat(256) });
  await create(stage, 'name of the default', { name: '__DEFAULT__' });
  await create(stage, 'unknown property', { name: 'x', size: 1 });
  await create(stage, 'public no boolean', { name: 'x', 'os-volume-type-access:is_public': 'perhaps' });
  await create(stage, 'extra specs not texts', { name: 'x', extra_specs: { a: {} } });
  await stage.ask('no key', 'POST', '/types', { as: 'admin', body: {} });
  await stage.ask('delete unknown', 'DELETE', `/types/${UNKNOWN}`, { as: 'admin' });
  await stage.ask('delete as member', 'DELETE', `/types/${UNKNOWN}`);
  const preset = (await stage.need('GET', '/types/default')).text('volume_type.id');
  await stage.ask('delete the default', 'DELETE', `/types/${preset}`, { as: 'admin' });
  await stage.ask('update the default as member', 'PUT', `/types/${preset}`, {
    body: { volume_type: { name: 'x' } },
  });
}

async function views(stage: Stage, id: string, hidden: string): Promise<void> {
  for (const as of ['member', 'admin'] as const) {
    await stage.ask(`show as ${as}`, 'GET', `/types/${id}`, { as });
    await stage.ask(`show the private one as ${as}`, 'GET', `/types/${hidden}`, { as });
    for (const query of [
      '',
      '?is_public=None',
      '?is_public=false',
      '?is_public=true',
      '?is_public=perhaps',
    ]) {
      await stage.ask(`list ${query} as ${as}`, 'GET', `/types${query}`, { as });
    }
    await stage.ask(`list with nonsense as ${as}`, 'GET', '/types?foo=bar', { as, version: '3.70' });
    await stage.ask(`list by name as ${as}`, 'GET', `/types?name=__DEFAULT__`, { as, version: '3.70' });
    await stage.ask(`encryption as ${as}`, 'GET', `/types/${id}/encryption`, { as });
  }
  await stage.ask('list in pages', 'GET', '/types?limit=1&sort=name:asc');
  await stage.ask('list after a marker', 'GET', `/types?sort=name:asc&marker=${id}`);
  await stage.ask('quotas know it', 'GET', `/os-quota-sets/${stage.projectId}`);
}

async function specs(stage: Stage, id: string): Promise<void> {
  const path = `/types/${id}/extra_specs`;
  const ask = (name: string, method: string, below: string, body?: unknown) =>
    stage.ask(name, method, path + below, { as: 'admin', ...(body === undefined ? {} : { body }) });
  await stage.ask('extra specs as member', 'GET', path);
  await ask('extra specs', 'GET', '');
  await ask('add extra specs', 'POST', '', { extra_specs: { 'x:a': '1', 'x:b': '2' } });
  await ask('add what is no text', 'POST', '', { extra_specs: { a: [] } });
  await ask('add a key of odd characters', 'POST', '', { extra_specs: { 'a/b': '1' } });
  await ask('add none', 'POST', '', { extra_specs: {} });
  await ask('add, no key', 'POST', '', {});
  await stage.ask('add as member', 'POST', path, { body: { extra_specs: { c: '3' } } });
  await ask('one', 'GET', '/x:a');
  await ask('one of none', 'GET', '/none');
  await ask('change one', 'PUT', '/x:a', { 'x:a': '3' });
  await ask('change one by another name', 'PUT', '/x:a', { 'x:b': '3' });
  await ask('change two', 'PUT', '/x:a', { 'x:a': '3', 'x:b': '4' });
  await ask('change none', 'PUT', '/x:a', {});
  await ask('remove one', 'DELETE', '/x:a');
  await ask('remove one again', 'DELETE', '/x:a');
  await ask('extra specs after that', 'GET', '');
}

async function changes(stage: Stage, id: string): Promise<void> {
  const put = (name: string, volume_type: unknown) =>
    stage.ask(name, 'PUT', `/types/${id}`, { as: 'admin', body: { volume_type } });
  await put('rename', { name: `faster ${stage.run}`, description: 'd' });
  await put('change nothing', {});
  await put('change to nothing', { name: null, description: null, is_public: null });
  await put('name of the default by a change', { name: '__DEFAULT__' });
  await put('name of blanks', { name: '  ' });
  await put('unknown property by a change', { size: 1 });
  await put('make it private', { is_public: false });
  await put('make it public', { is_public: true });
  await put('empty description', { description: '' });
}

async function inUse(stage: Stage, id: string): Promise<void> {
  const made = await stage.ask('a volume of it, by name', 'POST', '/volumes', {
    body: { volume: { size: 1, volume_type: `faster ${stage.run}` } },
  });
  const volume = made.text('volume.id');
  await stage.volumeIs(volume, 'available');
  await stage.ask('that volume', 'GET', `/volumes/${volume}`, { version: '3.63' });
  await stage.ask('quotas with usage', 'GET', `/os-quota-sets/${stage.projectId}?usage=true`);
  await stage.ask('delete it in use', 'DELETE', `/types/${id}`, { as: 'admin' });
  await stage.ask('change its extra specs in use', 'POST', `/types/${id}/extra_specs`, {
    as: 'admin',
    body: { extra_specs: { a: '1' } },
  });
  await stage.need('DELETE', `/volumes/${volume}`);
  await stage.volumeIs(volume);
  const byId = await stage.ask('a volume of it, by id', 'POST', '/volumes', {
    body: { volume: { size: 1, volume_type: id } },
  });
  await stage.volumeIs(byId.text('volume.id'), 'available');
  await stage.need('DELETE', `/volumes/${byId.text('volume.id')}`);
  await stage.volumeIs(byId.text('volume.id'));
}
