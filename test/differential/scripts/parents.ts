import type { Script, Stage } from '../script.ts';

/** Which parent does an incremental get? Administrators see it by the filter `parent_id`. */
export const parents: Script = {
  name: 'parents',
  async play(stage) {
    const volume = await stage.volume('p');
    const make = async (name: string, fields: object = {}) => {
      const id = await stage.backup(volume, { name, ...fields });
      await stage.tick();
      return id;
    };
    const children = (name: string, id: string) =>
      stage.ask(`children of ${name}`, 'GET', `/backups?parent_id=${id}`, { as: 'admin', version: '3.70' });
    const fullA = await make('full A', { container: 'box-a' });
    const fullB = await make('full B', { container: 'box-b' });
    const first = await make('inc 1', { incremental: true, container: 'box-c' });
    await children('full A', fullA);
    await children('full B', fullB);
    await stage.ask('chain across containers', 'GET', `/backups/${first}`);
    await make('inc 2', { incremental: true });
    await children('inc 1', first);
    await failedLatest(stage, volume);
    const third = await make('inc 3', { incremental: true });
    await restoringLatest(stage, volume, third);
    await snapshots(stage, volume);
    await stage.ask('all of them', 'GET', `/backups/detail?volume_id=${volume}`, { version: '3.43' });
    await otherProjects(stage, volume);
  },
};

async function failedLatest(stage: Stage, volume_id: string): Promise<void> {
  await stage.fail(volume_id);
  const failed = await stage.backup(volume_id, { name: 'failed full' });
  await stage.heal(volume_id);
  await stage.ask('latest is in error', 'POST', '/backups', {
    body: { backup: { volume_id, incremental: true } },
  });
  await stage.drop(failed);
}

async function restoringLatest(stage: Stage, volume_id: string, latest: string): Promise<void> {
  const target = await stage.volume('target', { empty: true });
  await stage.hold();
  await stage.need('POST', `/backups/${latest}/restore`, { body: { restore: { volume_id: target } } });
  await stage.ask('latest is restoring', 'POST', '/backups', {
    body: { backup: { volume_id, incremental: true } },
  });
  await stage.letGo();
  await stage.backupEnds(latest);
}

async function snapshots(stage: Stage, volume_id: string): Promise<void> {
  const made = await stage.need('POST', '/snapshots', { body: { snapshot: { volume_id, name: 's' } } });
  const snapshot_id = made.text('snapshot.id');
  stage.call(snapshot_id, 'snapshot');
  await stage.snapshotIs(snapshot_id, 'available');
  await stage.tick();
  const after = await stage.backup(volume_id, { name: 'after the snapshot', incremental: true });
  await stage.tick();
  await stage.hold();
  const create = (name: string, backup: object) =>
    stage.ask(name, 'POST', '/backups', { body: { backup: { volume_id, ...backup } } });
  const fromSnapshot = (
    await create('backup from a snapshot', { snapshot_id, name: 'from snap', incremental: true })
  ).text('backup.id');
  await stage.ask('volume during a snapshot backup', 'GET', `/volumes/${volume_id}`);
  await stage.ask('snapshot during it', 'GET', `/snapshots/${snapshot_id}`);
  await stage.tick();
  const besides = (await create('volume backup during a snapshot backup', { name: 'besides' })).text(
    'backup.id',
  );
  await create('snapshot backup during a snapshot backup', { snapshot_id });
  await stage.ask('delete the snapshot during its backup', 'DELETE', `/snapshots/${snapshot_id}`);
  await stage.letGo();
  await stage.backupEnds(fromSnapshot);
  await stage.backupEnds(besides);
  await stage.ask('snapshot backup', 'GET', `/backups/${fromSnapshot}`);
  await stage.ask('snapshot after it', 'GET', `/snapshots/${snapshot_id}`);
  await stage.ask('children of the one after the snapshot', 'GET', `/backups?parent_id=${after}`, {
    as: 'admin',
    version: '3.70',
  });
  const another = await stage.volume('another', { empty: true });
  await stage.ask('snapshot of another volume', 'POST', '/backups', {
    body: { backup: { volume_id: another, snapshot_id } },
  });
  await stage.ask('delete a volume that has a snapshot', 'DELETE', `/volumes/${volume_id}`);
}

/** An administrator's backup of another project's volume belongs to the administrator's project. */
async function otherProjects(stage: Stage, volume_id: string): Promise<void> {
  const made = await stage.ask("backup of another project's volume by an admin", 'POST', '/backups', {
    as: 'cloudadmin',
    body: { backup: { volume_id, name: `by admin ${stage.run}` } },
  });
  await stage.backupEnds(made.text('backup.id'));
  for (const query of [
    `name=by+admin+${stage.run}`,
    `name=by+admin+${stage.run}&project_id=${stage.projectId}`,
  ]) {
    await stage.ask(`the admin's, by ${query}`, 'GET', `/backups?${query}`, {
      as: 'cloudadmin',
      version: '3.70',
    });
  }
  await stage.ask('it is not to be seen here', 'GET', `/backups/${made.text('backup.id')}`);
  await stage.tick();
  const fields = { volume_id, incremental: true };
  const child = await stage.ask('incremental by an admin of this project', 'POST', '/backups', {
    as: 'admin',
    body: { backup: fields },
  });
  await stage.backupEnds(child.text('backup.id'));
  await stage.ask('it, by the member', 'GET', `/backups/${child.text('backup.id')}`);
  await stage.ask("the admin's own incremental", 'POST', '/backups', {
    as: 'cloudadmin',
    body: { backup: fields },
  });
}
