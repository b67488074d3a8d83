import { type Script, type Stage, UNKNOWN } from '../script.ts';

/** What a volume under backup, in use or in error lets happen to it. */
export const busyVolume: Script = {
  name: 'busy-volume',
  async play(stage) {
    const volume = await stage.volume('v');
    await duringBackup(stage, volume);
    await inUse(stage, volume);
    await inError(stage, volume);
  },
};

async function duringBackup(stage: Stage, volume_id: string): Promise<void> {
  await stage.hold();
  const backup = (
    await stage.ask('slow backup', 'POST', '/backups', { body: { backup: { volume_id, name: 'slow' } } })
  ).text('backup.id');
  await stage.ask('volume during a backup', 'GET', `/volumes/${volume_id}`, { version: '3.70' });
  await stage.ask('second backup of the same volume', 'POST', '/backups', {
    body: { backup: { volume_id } },
  });
  await stage.ask('the same with force', 'POST', '/backups', {
    body: { backup: { volume_id, force: true } },
  });
  await stage.ask('the same, incremental', 'POST', '/backups', {
    body: { backup: { volume_id, incremental: true } },
  });
  await stage.ask('delete a backup in creating', 'DELETE', `/backups/${backup}`);
  await stage.ask('restore a backup in creating', 'POST', `/backups/${backup}/restore`, {
    body: { restore: {} },
  });
  await stage.ask('export a backup in creating', 'GET', `/backups/${backup}/export_record`, { as: 'admin' });
  await stage.ask('delete the volume during its backup', 'DELETE', `/volumes/${volume_id}`);
  await stage.ask('snapshot the volume during its backup', 'POST', '/snapshots', {
    body: { snapshot: { volume_id } },
  });
  await stage.ask('snapshot with force', 'POST', '/snapshots', {
    body: { snapshot: { volume_id, force: true } },
  });
  await stage.ask('reserve the volume during its backup', 'POST', `/volumes/${volume_id}/action`, {
    body: { 'os-reserve': null },
  });
  await stage.ask('extend the volume during its backup', 'POST', `/volumes/${volume_id}/action`, {
    body: { 'os-extend': { new_size: 2 } },
  });
  await stage.letGo();
  await stage.backupEnds(backup);
  await stage.volumeIs(volume_id, 'available');
}

async function inUse(stage: Stage, volume_id: string): Promise<void> {
  const attach = { instance_uuid: UNKNOWN, mountpoint: '/dev/vdc', mode: 'rw' };
  await stage.ask('attach', 'POST', `/volumes/${volume_id}/action`, { body: { 'os-attach': attach } });
  await stage.volumeIs(volume_id, 'in-use');
  await stage.ask('volume in use', 'GET', `/volumes/${volume_id}`, { version: '3.70' });
  await stage.ask('in-use without force', 'POST', '/backups', { body: { backup: { volume_id } } });
  await stage.tick();
  await stage.hold();
  const made = await stage.ask('in-use with force', 'POST', '/backups', {
    body: { backup: { volume_id, force: true } },
  });
  await stage.ask('volume in use during its backup', 'GET', `/volumes/${volume_id}`);
  await stage.ask('detach it meanwhile', 'POST', `/volumes/${volume_id}/action`, {
    body: { 'os-begin_detaching': {} },
  });
  await stage.letGo();
  await stage.backupEnds(made.text('backup.id'));
  await stage.volumeIs(volume_id, 'in-use');
  await stage.ask('restore onto an in-use volume', 'POST', `/backups/${made.text('backup.id')}/restore`, {
    body: { restore: { volume_id } },
  });
  await stage.ask('delete an in-use volume', 'DELETE', `/volumes/${volume_id}`);
  await stage.ask('detach', 'POST', `/volumes/${volume_id}/action`, { body: { 'os-detach': {} } });
  await stage.volumeIs(volume_id, 'available');
  await stage.ask('volume after detaching', 'GET', `/volumes/${volume_id}`, { version: '3.70' });
}

async function inError(stage: Stage, volume_id: string): Promise<void> {
  const reset = (status: string) =>
    stage.ask(`reset the volume to ${status}`, 'POST', `/volumes/${volume_id}/action`, {
      as: 'admin',
      body: { 'os-reset_status': { status } },
    });
  await stage.ask('reset the volume as member', 'POST', `/volumes/${volume_id}/action`, {
    body: { 'os-reset_status': { status: 'error' } },
  });
  await reset('error');
  await stage.ask('volume in error', 'POST', '/backups', { body: { backup: { volume_id } } });
  await stage.ask('volume in error, force', 'POST', '/backups', {
    body: { backup: { volume_id, force: true } },
  });
  await reset('available');
}
