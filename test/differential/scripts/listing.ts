import { type Script, type Stage, UNKNOWN } from '../script.ts';

export const listing: Script = {
  name: 'listing',
  async play(stage) {
    const volume = await stage.volume('l1', { empty: true });
    const other = await stage.volume('l2', { empty: true });
    const ids: string[] = [];
    for (const name of ['lb0', 'lb1', 'lb2']) {
      ids.push(await stage.backup(volume, { name }));
      stage.call(ids.at(-1) ?? '', `backup ${name}`);
      await stage.tick();
    }
    ids.push(await stage.backup(volume, { name: 'lb1', incremental: true }));
    stage.call(ids.at(-1) ?? '', 'backup lb1, the second');
    await stage.tick();
    await stage.backup(other, { name: 'zz' });
    await paging(stage, volume, other);
    await sorting(stage, volume);
    for (const version of ['3.0', '3.70']) await filters(stage, volume, other, ids, version);
    await counting(stage, volume, other);
    const page = await stage.ask('page of one', 'GET', `/backups?limit=1&volume_id=${volume}`);
    await stage.drop(page.text('backups.0.id'));
    await stage.ask(
      'next page, its marker deleted meanwhile',
      'GET',
      `/backups?limit=1&marker=${ids.at(-1)}`,
    );
  },
};

async function paging(stage: Stage, volume: string, other: string): Promise<void> {
  const list = (name: string, query: string) =>
    stage.ask(name, 'GET', `/backups${query}`, { version: '3.70' });
  await list('default order', `?volume_id=${volume}`);
  const page = await list('limit', '?limit=2');
  await list('follow next', `?limit=2&marker=${page.text('backups.1.id')}`);
  await list('limit, with another parameter', '?limit=2&status=available&sort_key=created_at&sort_dir=asc');
  await list('detail: limit', '/detail?limit=1');
  await list('limit greater than the number left', `?limit=5&volume_id=${volume}`);
  await list('limit, last page exactly full', `?limit=4&volume_id=${volume}`);
  for (const limit of ['0', '-1', 'abc', '1001', '99999999999999999999', '', '1.5', '+1', ' 1']) {
    await list(`limit=${limit}`, `?limit=${encodeURIComponent(limit)}&volume_id=${other}`);
  }
  await list('limit twice', `?limit=1&limit=2&volume_id=${volume}`);
  await stage.ask('limit twice at 3.0', 'GET', `/backups?limit=1&limit=2&volume_id=${volume}`);
  await list('sort_key twice', `?sort_key=name&sort_key=size&volume_id=${volume}`);
  await list('marker twice', `?marker=${UNKNOWN}&marker=nope`);
  await list('marker unknown', `?marker=${UNKNOWN}`);
  await list('marker not a uuid', '?marker=nope');
  await list('marker empty', `?marker=&volume_id=${other}`);
  await list('offset', `?offset=1&volume_id=${volume}`);
  await list('offset and limit', `?offset=1&limit=1&volume_id=${volume}`);
  for (const offset of ['-1', 'abc', '2147483648', '9']) await list(`offset=${offset}`, `?offset=${offset}`);
}

async function sorting(stage: Stage, volume: string): Promise<void> {
  const list = (query: string, version = '3.70') =>
    stage.ask(`${query} @${version}`, 'GET', `/backups?${query}&volume_id=${volume}`, { version });
  await list('sort_key=created_at&sort_dir=asc');
  await list('sort=name:asc');
  await list('sort=name:asc', '3.36');
  await list('sort_key=name', '3.70');
  await list('sort_key=display_name');
  await list('sort_key=nonsuch');
  await list('sort_key=size&sort_dir=desc');
  await list('sort_key=created_at&sort_dir=sideways');
  await list('sort=created_at:sideways');
  await list('sort=created_at:asc&sort_key=id');
  await list('sort=status,created_at:asc');
  await list('sort=created_at');
  await list('sort=');
  await list('sort_dir=asc');
}

async function filters(
  stage: Stage,
  volume: string,
  other: string,
  ids: readonly string[],
  version: string,
): Promise<void> {
  const list = (name: string, query: string, as: 'member' | 'admin' = 'member') =>
    stage.ask(`${name} @${version}${as === 'admin' ? ', as admin' : ''}`, 'GET', `/backups?${query}`, {
      version,
      as,
    });
  await list('name', 'name=lb1');
  await list('name in capitals', 'name=LB1');
  await list('status', `status=available&volume_id=${volume}`);
  await list('status error', `status=error&volume_id=${volume}`);
  await list('status unknown', 'status=bogus');
  await list('status twice', `status=error&status=available&volume_id=${volume}`);
  await list('volume_id', `volume_id=${other}`);
  await list('volume_id unknown', `volume_id=${UNKNOWN}`);
  await list('unknown key', 'foo=bar&limit=1');
  await list('two unknown keys', 'foo=bar&bar=foo&limit=1');
  await list('unknown key', 'foo=bar&limit=1', 'admin');
  await list('parent_id', `parent_id=${ids[2]}`);
  await list('parent_id', `parent_id=${ids[2]}`, 'admin');
  await list('size', 'size=1&limit=1', 'admin');
  await list('is_incremental', 'is_incremental=true&limit=1');
  await list('metadata', "metadata={'a':'b'}&limit=1");
  await list('name~', `name~=lb&volume_id=${volume}`);
  await list('name~', `name~=lb&volume_id=${volume}`, 'admin');
  await list('name~ of one', `name~=B1&volume_id=${volume}`, 'admin');
  await list('status~', `status~=avail&volume_id=${volume}`, 'admin');
  await list('volume_id~', `volume_id~=-&limit=1`, 'admin');
  await list('created_at', 'created_at=gt:2020-01-01T00:00:00&limit=1');
  await list('none found', 'name=none');
  await list('with_count', `with_count=true&limit=1&volume_id=${volume}`);
}

async function counting(stage: Stage, volume: string, other: string): Promise<void> {
  const list = (query: string, version = '3.45') =>
    stage.ask(`${query} @${version}`, 'GET', `/backups${query}`, { version });
  await list('?with_count=true&limit=1');
  for (const version of ['3.30', '3.31', '3.44']) {
    await list('?with_count=true&limit=1', version);
    await list('?foo=bar&limit=1', version);
  }
  await list('/detail?with_count=1&limit=1');
  await list(`?with_count=true&volume_id=${other}`);
  await list(`?with_count=false&volume_id=${other}`);
  await list('?with_count=maybe');
  await list('?with_count=true&name=none');
  await list(`?with_count=true&offset=1&limit=2&volume_id=${volume}`);
  await list(`?with_count=true&limit=0&volume_id=${volume}`);
}
