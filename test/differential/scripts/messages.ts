import { type Script, type Stage, UNKNOWN } from '../script.ts';

/** By which a user is told of what went wrong later. */
export const messages: Script = {
  name: 'messages',
  playsAlone: true,
  async play(stage) {
    await clear(stage);
    const volume = await stage.volume('ill');
    await stage.fail(volume);
    const backups = [];
    for (const name of ['first', 'second']) {
      backups.push(await stage.backup(volume, { name }));
      await stage.tick();
    }
    await stage.heal(volume);
    await lists(stage, backups);
    await single(stage);
  },
};

/** Everybody sees those of all projects. */
async function clear(stage: Stage): Promise<void> {
  const asked = { as: 'admin' } as const;
  const { messages: all } = (await stage.need('GET', '/messages', asked)).body as {
    messages: { id: string }[];
  };
  for (const { id } of all) await stage.need('DELETE', `/messages/${id}`, asked);
}

async function lists(stage: Stage, [first]: readonly string[]): Promise<void> {
  const list = (query: string, version: string) =>
    stage.ask(`${query} @${version}`, 'GET', `/messages${query}`, { version });
  for (const version of ['3.0', '3.3', '3.4', '3.5', '3.70']) await list('', version);
  for (const version of ['3.4', '3.70']) {
    await list('?limit=1', version);
    await list(`?resource_uuid=${first}`, version);
  }
  await list('?limit=1&sort=created_at:asc', '3.70');
  await list('?sort=nonsuch', '3.70');
  await list('?event_id=VOLUME_VOLUME_BACKUP_013_021&limit=1', '3.70');
  await list('?event_id=nonsuch', '3.70');
  await list('?resource_type=VOLUME_BACKUP&message_level=ERROR', '3.70');
  await list('?message_level=error', '3.70');
  await list('?foo=bar', '3.5');
  await list('?foo=bar', '3.70');
  await list(`?marker=${UNKNOWN}`, '3.70');
  await list('?limit=abc', '3.70');
  await list('?offset=1', '3.70');
}

async function single(stage: Stage): Promise<void> {
  const asked = { version: '3.70' };
  const all = await stage.need('GET', '/messages');
  const id = all.text('messages.0.id');
  stage.call(id, 'message');
  await stage.ask('show', 'GET', `/messages/${id}`, asked);
  await stage.ask('show before 3.3', 'GET', `/messages/${id}`, { version: '3.2' });
  await stage.ask('show as another project', 'GET', `/messages/${id}`, { ...asked, as: 'other' });
  await stage.ask('show as an administrator', 'GET', `/messages/${id}`, { ...asked, as: 'cloudadmin' });
  await stage.ask('list as another project', 'GET', '/messages', { ...asked, as: 'other' });
  await stage.ask('show unknown', 'GET', `/messages/${UNKNOWN}`, asked);
  await stage.ask('delete as another project', 'DELETE', `/messages/${id}`, { ...asked, as: 'other' });
  await stage.ask('delete', 'DELETE', `/messages/${id}`, asked);
  await stage.ask('delete again', 'DELETE', `/messages/${id}`, asked);
  await stage.ask('those that are left', 'GET', '/messages', asked);
}
