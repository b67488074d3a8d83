import { type Script, type Stage, UNKNOWN } from '../script.ts';

/** What only administrators may do. */
export const actions: Script = {
  name: 'actions',
  async play(stage) {
    const volume = await stage.volume('ac');
    const backup = await stage.backup(volume, { name: 'ac' });
    await resetStatus(stage, backup);
    await forceDelete(stage, volume, backup);
    await orphan(stage, volume, backup);
  },
};

function act(stage: Stage, name: string, id: string, body: unknown, as: 'admin' | 'member' = 'admin') {
  return stage.ask(name, 'POST', `/backups/${id}/action`, { body, as });
}

async function resetStatus(stage: Stage, id: string): Promise<void> {
  const reset = (status: unknown) => ({ 'os-reset_status': { status } });
  await act(stage, 'reset_status as member', id, reset('error'), 'member');
  await act(stage, 'reset_status to error', id, reset('error'));
  await stage.tick();
  await stage.ask('after reset to error', 'GET', `/backups/${id}`);
  for (const status of ['creating', 'deleting', 'restoring', 'error_deleting', 'bogus', 'AVAILABLE']) {
    await act(stage, `reset_status to ${status}`, id, reset(status));
  }
  await stage.tick();
  await stage.ask('after reset to AVAILABLE', 'GET', `/backups/${id}`);
  await act(stage, 'reset_status to a number', id, reset(5));
  await act(stage, 'reset_status empty', id, { 'os-reset_status': {} });
  await act(stage, 'reset_status null', id, { 'os-reset_status': null });
  await act(stage, 'reset_status of an unknown id', UNKNOWN, reset('error'));
  await act(stage, 'unknown action', id, { 'os-nonsuch': {} });
  await act(stage, 'no action', id, {});
}

async function forceDelete(stage: Stage, volume: string, full: string): Promise<void> {
  await act(stage, 'force_delete as member', full, { 'os-force_delete': {} }, 'member');
  await stage.tick();
  const child = await stage.backup(volume, { name: 'child', incremental: true });
  await act(stage, 'force_delete of one with a dependant', full, { 'os-force_delete': {} });
  await act(stage, 'force_delete', child, { 'os-force_delete': {} });
  await stage.backupEnds(child);
  await stage.ask('after force_delete', 'GET', `/backups/${child}`);
}

/** A parent that an administrator deleted whose token is of another project. */
async function orphan(stage: Stage, volume: string, full: string): Promise<void> {
  await stage.tick();
  const child = await stage.backup(volume, { name: 'child of a parent that goes', incremental: true });
  // It counts its child a moment after that is available.
  await stage.tick();
  await stage.ask('the parent', 'GET', `/backups/${full}`);
  await stage.ask(
    'admin of ANOTHER project deletes a full that has a dependant',
    'DELETE',
    `/backups/${full}`,
    {
      as: 'cloudadmin',
    },
  );
  await stage.backupEnds(full);
  await stage.ask('the orphan', 'GET', `/backups/${child}`);
  const restored = await stage.ask('restore of the orphan', 'POST', `/backups/${child}/restore`, {
    body: { restore: {} },
  });
  await stage.backupEnds(child);
  await stage.volumeIs(restored.text('restore.volume_id'), 'error_restoring', 'error');
  await stage.ask('orphan after it', 'GET', `/backups/${child}`);
  await stage.ask('delete of the orphan', 'DELETE', `/backups/${child}`);
  await stage.backupEnds(child);
  await stage.ask('orphan after its deletion', 'GET', `/backups/${child}`);
}
