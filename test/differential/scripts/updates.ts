import type { Script } from '../script.ts';

export const updates: Script = {
  name: 'updates',
  async play(stage) {
    const volume_id = await stage.volume('um', { empty: true });
    const made = await stage.ask('create with metadata', 'POST', '/backups', {
      version: '3.43',
      body: { backup: { volume_id, name: 'um', metadata: { a: '1', b: '2' } } },
    });
    const id = made.text('backup.id');
    await stage.backupEnds(id);
    const show = (name: string, version = '3.43') => stage.ask(name, 'GET', `/backups/${id}`, { version });
    const put = (name: string, backup: unknown, version = '3.43') =>
      stage.ask(name, 'PUT', `/backups/${id}`, { version, body: { backup } });
    await show('metadata at 3.42', '3.42');
    await show('metadata at 3.43');
    await put('update at 3.0', { name: 'x' }, '3.0');
    await put('update at 3.8', { name: 'x' }, '3.8');
    await put('rename at 3.9', { name: 'renamed' }, '3.9');
    await put('set metadata at 3.42', { metadata: { c: '3' } }, '3.42');
    await put('set metadata at 3.43', { metadata: { c: '3' } });
    await show('after it');
    await put('metadata emptied', { metadata: {} });
    await put('description', { description: 'd' });
    await put('empty update', {});
    await put('null update', null);
    await put('name too long', { name: 'n'.repeat(256) });
    await put('name null', { name: null });
    await put('unknown property', { size: 2 });
    await show('after those');
    await stage.ask('update by the reader', 'PUT', `/backups/${id}`, {
      as: 'reader',
      version: '3.43',
      body: { backup: { name: 'x' } },
    });
    await stage.ask('update by another project', 'PUT', `/backups/${id}`, {
      as: 'other',
      version: '3.43',
      body: { backup: { name: 'x' } },
    });
    await stage.ask('update, no key', 'PUT', `/backups/${id}`, { version: '3.43', body: {} });
    await stage.ask('update of none', 'PUT', '/backups/nope', {
      version: '3.43',
      body: { backup: { name: 'x' } },
    });
  },
};
