import { type Script, type Stage, UNKNOWN } from '../script.ts';

export const deleteAndRestoreRefusals: Script = {
  name: 'delete-and-restore-refusals',
  async play(stage) {
    const volume = await stage.volume('v');
    const backup = await stage.backup(volume, { name: 'b' });
    await refusals(stage, backup);
    await sizes(stage, volume, backup);
    await failures(stage, backup);
    await grownVolume(stage);
    await deletedVolume(stage);
  },
};

async function refusals(stage: Stage, backup: string): Promise<void> {
  for (const method of ['GET', 'DELETE']) {
    await stage.ask(`${method} unknown id`, method, `/backups/${UNKNOWN}`);
    await stage.ask(`${method} id not a uuid`, method, '/backups/nope');
  }
  const restore = (name: string, id: string, body: unknown) =>
    stage.ask(name, 'POST', `/backups/${id}/restore`, { body });
  await restore('restore unknown', UNKNOWN, { restore: {} });
  await restore('restore to an unknown volume', backup, { restore: { volume_id: UNKNOWN } });
  await restore('restore to a bad volume id', backup, { restore: { volume_id: 'nope' } });
  await restore('restore, extra property', backup, { restore: { size: 2 } });
  await restore('restore, no key', backup, {});
  await restore('restore null', backup, { restore: null });
  const made = await restore('restore, both null', backup, { restore: { name: null, volume_id: null } });
  await stage.backupEnds(backup);
  await stage.volumeIs(made.text('restore.volume_id'), 'available');
}

async function sizes(stage: Stage, small: string, backup: string): Promise<void> {
  const big = await stage.volume('big', { sizeGib: 2 });
  const ofBig = await stage.backup(big, { name: 'of big' });
  await stage.ask('restore onto a smaller volume', 'POST', `/backups/${ofBig}/restore`, {
    body: { restore: { volume_id: small } },
  });
  await stage.ask('restore onto a bigger volume', 'POST', `/backups/${backup}/restore`, {
    body: { restore: { volume_id: big } },
  });
  await stage.backupEnds(backup);
  await stage.volumeIs(big, 'available');
}

async function failures(stage: Stage, backup: string): Promise<void> {
  const target = await stage.volume('ill target');
  await stage.fail(target);
  const restore = (name: string, id: string, body: unknown) =>
    stage.ask(name, 'POST', `/backups/${id}/restore`, { body });
  await restore('restore that fails', backup, { restore: { volume_id: target } });
  await stage.backupEnds(backup);
  await stage.volumeIs(target, 'error_restoring');
  await stage.ask('volume of a failed restore', 'GET', `/volumes/${target}`);
  await stage.ask('backup of a failed restore', 'GET', `/backups/${backup}`);
  await restore('restore again onto the volume in error', backup, { restore: { volume_id: target } });
  await stage.ask('user message of a failed restore', 'GET', `/messages?resource_uuid=${backup}`, {
    version: '3.70',
  });
  await stage.heal(target);

  const volume_id = await stage.volume('ill');
  await stage.fail(volume_id);
  const failed = (
    await stage.ask('backup that fails', 'POST', '/backups', { body: { backup: { volume_id } } })
  ).text('backup.id');
  await stage.backupEnds(failed);
  await stage.ask('failed backup', 'GET', `/backups/${failed}`, { version: '3.43' });
  await stage.ask('its volume', 'GET', `/volumes/${volume_id}`);
  await stage.ask('user message of a failed backup', 'GET', `/messages?resource_uuid=${failed}`, {
    version: '3.70',
  });
  await stage.heal(volume_id);
  await stage.ask('incremental on a failed latest', 'POST', '/backups', {
    body: { backup: { volume_id, incremental: true } },
  });
  await restore('restore a failed backup', failed, { restore: {} });
  await stage.ask('export a failed backup', 'GET', `/backups/${failed}/export_record`, { as: 'admin' });
  await stage.ask('delete a failed backup', 'DELETE', `/backups/${failed}`);
  await stage.backupEnds(failed);
}

async function grownVolume(stage: Stage): Promise<void> {
  const volume_id = await stage.volume('grown');
  const full = await stage.backup(volume_id, { name: 'before it grew' });
  await stage.ask('extend', 'POST', `/volumes/${volume_id}/action`, {
    body: { 'os-extend': { new_size: 2 } },
  });
  await stage.volumeIs(volume_id, 'available');
  await stage.tick();
  const incremental = { body: { backup: { volume_id, incremental: true } } };
  const failed = (await stage.ask('incremental after the volume grew', 'POST', '/backups', incremental)).text(
    'backup.id',
  );
  await stage.backupEnds(failed);
  await stage.ask('incremental that failed as the volume grew', 'GET', `/backups/${failed}`);
  await stage.ask('user message of it', 'GET', `/messages?resource_uuid=${failed}`, { version: '3.70' });
  await stage.ask('incremental after that', 'POST', '/backups', incremental);
  await stage.ask('the full, which a failed incremental names as parent', 'GET', `/backups/${full}`);
  await stage.ask('delete the full under a failed incremental', 'DELETE', `/backups/${full}`);
}

async function deletedVolume(stage: Stage): Promise<void> {
  const volume_id = await stage.volume('gone');
  const backup = await stage.backup(volume_id, { name: 'of a gone volume' });
  await stage.ask('delete a volume that has backups', 'DELETE', `/volumes/${volume_id}`);
  await stage.volumeIs(volume_id);
  await stage.ask('backup of a deleted volume', 'GET', `/backups/${backup}`);
  await stage.ask('new backup of a deleted volume', 'POST', '/backups', { body: { backup: { volume_id } } });
  await stage.ask("restore of a deleted volume's backup", 'POST', `/backups/${backup}/restore`, {
    body: { restore: { name: 'back' } },
  });
  await stage.backupEnds(backup);
}
