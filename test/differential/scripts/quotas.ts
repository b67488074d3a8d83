import type { Script } from '../script.ts';

const LIMITS = { volumes: 20, snapshots: 20, gigabytes: 200, backups: 30, backup_gigabytes: 300 };

export const quotas: Script = {
  name: 'quotas',
  async play(stage) {
    const path = `/os-quota-sets/${stage.projectId}`;
    const set = (quota_set: object) => stage.need('PUT', path, { as: 'cloudadmin', body: { quota_set } });
    const volume_id = await stage.volume('v', { empty: true });
    const backup = await stage.backup(volume_id, { name: 'b' });
    await stage.ask('set', 'PUT', path, { as: 'cloudadmin', body: { quota_set: LIMITS } });
    await stage.ask('show', 'GET', path);
    await stage.ask('show with usage', 'GET', `${path}?usage=True`);
    await stage.ask('limits', 'GET', '/limits');
    await stage.ask('limits 3.70', 'GET', '/limits', { version: '3.70' });
    await stage.ask('set, not a number', 'PUT', path, {
      as: 'cloudadmin',
      body: { quota_set: { backups: 'many' } },
    });
    await stage.ask('set, less than nothing', 'PUT', path, {
      as: 'cloudadmin',
      body: { quota_set: { backups: -2 } },
    });
    await stage.ask('set, unknown name', 'PUT', path, {
      as: 'cloudadmin',
      body: { quota_set: { nonsuch: 2 } },
    });
    await stage.ask('set, no key', 'PUT', path, { as: 'cloudadmin', body: {} });
    await set({ backups: 1 });
    const create = { body: { backup: { volume_id } } };
    await stage.ask('backups exceeded', 'POST', '/backups', create);
    await set({ backups: 30, backup_gigabytes: 1 });
    await stage.ask('backup gigabytes exceeded', 'POST', '/backups', create);
    await set({ backups: 1, backup_gigabytes: 1 });
    await stage.ask('both exceeded', 'POST', '/backups', create);
    await set({ backups: -1, backup_gigabytes: -1 });
    await stage.ask('limits when unlimited', 'GET', '/limits');
    const restore = (name: string) =>
      stage.ask(name, 'POST', `/backups/${backup}/restore`, { body: { restore: {} } });
    await set({ volumes: 1 });
    await restore('restore to a new volume, volumes exceeded');
    await stage.ask('volumes exceeded', 'POST', '/volumes', { body: { volume: { size: 1 } } });
    await set({ volumes: 20, gigabytes: 1 });
    await restore('restore to a new volume, gigabytes exceeded');
    await stage.ask('gigabytes exceeded', 'POST', '/volumes', { body: { volume: { size: 1 } } });
    await stage.ask('gigabytes exceeded by a snapshot', 'POST', '/snapshots', {
      body: { snapshot: { volume_id } },
    });
    await stage.ask('gigabytes exceeded by extending', 'POST', `/volumes/${volume_id}/action`, {
      body: { 'os-extend': { new_size: 3 } },
    });
    await set({ gigabytes: 200, snapshots: 0 });
    await stage.ask('snapshots exceeded', 'POST', '/snapshots', { body: { snapshot: { volume_id } } });
    await set(LIMITS);
    await stage.ask('reset', 'DELETE', path, { as: 'cloudadmin' });
    await stage.ask('reset as member', 'DELETE', path);
    await stage.fail(volume_id);
    const failed = await stage.backup(volume_id, { name: 'failed' });
    await stage.heal(volume_id);
    await set(LIMITS);
    await stage.ask('limits with a failed backup', 'GET', '/limits');
    await stage.drop(failed);
    // The quota is given back a moment after the backup is gone.
    await stage.tick();
    await stage.ask('limits after its deletion', 'GET', '/limits');
  },
};
