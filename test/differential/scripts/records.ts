import type { Script } from '../script.ts';

export const records: Script = {
  name: 'records',
  async play(stage) {
    const volume = await stage.volume('rc');
    const full = await stage.backup(volume, { name: 'rec', description: 'told', metadata: { a: '1' } });
    await stage.tick();
    const child = await stage.backup(volume, { name: 'rec-inc', incremental: true });
    await stage.ask('export as member', 'GET', `/backups/${full}/export_record`);
    const record = recordOf(
      await stage.ask('export', 'GET', `/backups/${full}/export_record`, { as: 'admin' }),
    );
    const childRecord = recordOf(
      await stage.ask('export of an incremental', 'GET', `/backups/${child}/export_record`, { as: 'admin' }),
    );
    stage.call(record.backup_url, 'record');
    await stage.ask('export of none', 'GET', '/backups/nope/export_record', { as: 'admin' });
    const take = (name: string, body: unknown, as: 'admin' | 'member' = 'admin') =>
      stage.ask(name, 'POST', '/backups/import_record', { body, as });
    const wrapped = (changes: object) => ({ 'backup-record': { ...record, ...changes } });
    const encoded = (value: string) => Buffer.from(value).toString('base64');
    await take('import as member', wrapped({}), 'member');
    await take('import of an existing one', wrapped({}));
    await take('import, url not base64', wrapped({ backup_url: '%%' }));
    await take('import, url of no JSON', wrapped({ backup_url: encoded('hello') }));
    await take('import, url without id', wrapped({ backup_url: encoded('{}') }));
    await take('import, url with an id only', wrapped({ backup_url: encoded('{"id": "x"}') }));
    await take('import, no url', { 'backup-record': { backup_service: 'x' } });
    await take('import, no key', {});
    await take('import, extra property', wrapped({ foo: 1 }));
    await stage.forget(full, child);
    await stage.ask('a forgotten one', 'GET', `/backups/${full}`);
    await take('import of a forgotten one', wrapped({}));
    await stage.backupEnds(full);
    await stage.ask('imported', 'GET', `/backups/${full}`, { version: '3.43' });
    await take('import of its incremental', { 'backup-record': childRecord });
    await stage.backupEnds(child);
    await stage.ask('imported incremental', 'GET', `/backups/${child}`, { version: '3.43' });
    const foreign = crypto.randomUUID();
    stage.call(foreign, 'foreign backup');
    await take('import for another driver', {
      'backup-record': {
        backup_service: 'cinder.backup.drivers.swift.SwiftBackupDriver',
        backup_url: encoded(JSON.stringify({ id: foreign, size: 1 })),
      },
    });
    await stage.backupEnds(foreign);
    await stage.ask('imported for another driver', 'GET', `/backups/${foreign}`, { version: '3.43' });
    const restored = await stage.ask(
      'restore from an imported incremental',
      'POST',
      `/backups/${child}/restore`,
      {
        body: { restore: {} },
      },
    );
    await stage.backupEnds(child);
    await stage.volumeIs(restored.text('restore.volume_id'), 'available', 'error_restoring');
    await stage.ask('the volume restored from it', 'GET', `/volumes/${restored.text('restore.volume_id')}`);
  },
};

const recordOf = (answered: { readonly body: unknown }) =>
  (answered.body as { 'backup-record': { backup_service: string; backup_url: string } })['backup-record'];
