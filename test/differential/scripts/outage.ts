import type { Script } from '../script.ts';

/** cinder-backup is killed in the middle of its work, missed, and started again. */
export const outage: Script = {
  name: 'outage',
  playsAlone: 'when recording',
  async play(stage) {
    const volume = await stage.volume('out');
    const backup = await stage.backup(volume, { name: 'out' });
    const target = await stage.volume('target');
    await stage.slowDown(volume);
    const create = (name: string, volume_id: string) =>
      stage.ask(name, 'POST', '/backups', { body: { backup: { volume_id } } });
    const victim = (await create('victim', volume)).text('backup.id');
    await stage.tick();
    await stage.tick();
    await stage.stopBackups();
    await stage.ask('victim while the service is down', 'GET', `/backups/${victim}`);
    const late = await stage.volume('late');
    const created = (await create('create with the service down', late)).text('backup.id');
    await stage.ask('it, while the service is down', 'GET', `/backups/${created}`);
    await stage.ask('its volume, while the service is down', 'GET', `/volumes/${late}`);
    await stage.ask('services', 'GET', '/os-services?binary=cinder-backup', { as: 'cloudadmin' });
    await stage.ask('restore with the service down', 'POST', `/backups/${backup}/restore`, {
      body: { restore: { volume_id: target } },
    });
    await stage.ask('delete with the service down', 'DELETE', `/backups/${backup}`);
    await stage.ask('afterwards', 'GET', `/backups/${backup}`);
    await stage.ask('the volume to be restored to', 'GET', `/volumes/${target}`);
    await stage.ask('reset_status with the service down', 'POST', `/backups/${victim}/action`, {
      as: 'admin',
      body: { 'os-reset_status': { status: 'error' } },
    });
    await stage.ask('delete of the stuck one with the service down', 'DELETE', `/backups/${victim}`);
    await stage.ask('export with the service down', 'GET', `/backups/${backup}/export_record`, {
      as: 'admin',
    });
    await stage.startBackups();
    await stage.backupEnds(victim);
    await stage.ask('victim after the restart', 'GET', `/backups/${victim}`);
    await stage.ask('its volume after the restart', 'GET', `/volumes/${volume}`);
    await stage.backupEnds(created);
    await stage.ask('the one created meanwhile', 'GET', `/backups/${created}`);
    await stage.ask('its volume', 'GET', `/volumes/${late}`);
    for (const [name, id] of [
      ['the victim', victim],
      ['the one created meanwhile', created],
    ]) {
      await stage.ask(`user messages of ${name}`, 'GET', `/messages?resource_uuid=${id}`, {
        version: '3.70',
      });
    }
    await stage.ask('the full is still there', 'GET', `/backups/${backup}`);
  },
};
