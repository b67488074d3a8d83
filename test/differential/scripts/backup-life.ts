import type { Script } from '../script.ts';

/** A full and its incrementals, from their creation over restores to their deletion. */
export const backupLife: Script = {
  name: 'backup-life',
  async play(stage) {
    const volume = await stage.volume('flow');
    await stage.hold();
    const full = await stage.ask('create full', 'POST', '/backups', {
      version: '3.43',
      body: {
        backup: {
          volume_id: volume,
          name: 'full',
          description: 'first',
          container: 'flowbox',
          metadata: { tier: 'daily' },
        },
      },
    });
    const fullId = full.text('backup.id');
    await stage.ask('show at once', 'GET', `/backups/${fullId}`, { version: '3.43' });
    await stage.letGo();
    await stage.backupEnds(fullId);
    await stage.ask('show 3.0', 'GET', `/backups/${fullId}`);
    for (const version of ['3.18', '3.42', '3.43', '3.45', '3.56', '3.64', '3.70']) {
      await stage.ask(`show ${version}`, 'GET', `/backups/${fullId}`, { version });
    }
    for (const version of ['3.17', '3.18', '3.55', '3.56', '3.70']) {
      await stage.ask(`show ${version} as admin`, 'GET', `/backups/${fullId}`, { version, as: 'admin' });
    }
    await stage.tick();
    await stage.write(volume, 2 << 20, 'B'.repeat(100_000));
    await stage.hold();
    const body = { backup: { volume_id: volume, name: 'inc1', incremental: true } };
    const first = (await stage.ask('create incremental', 'POST', '/backups', { version: '3.43', body })).text(
      'backup.id',
    );
    await stage.ask('parent while the child is being created', 'GET', `/backups/${fullId}`);
    await stage.ask('the child while it is being created', 'GET', `/backups/${first}`);
    await stage.letGo();
    await stage.backupEnds(first);
    // It counts its child a moment after that is available.
    await stage.tick();
    await stage.ask('parent of a child', 'GET', `/backups/${fullId}`);
    await stage.write(volume, 3 << 20, 'C'.repeat(10));
    const second = await stage.backup(volume, { name: 'inc2', incremental: true });
    await stage.tick();
    const third = await stage.backup(volume, { name: 'inc3 (nothing changed)', incremental: true });
    await stage.tick();
    await stage.ask('list', 'GET', `/backups?volume_id=${volume}`);
    await stage.ask('list detail', 'GET', `/backups/detail?volume_id=${volume}`, { version: '3.43' });
    for (const [name, id] of [
      ['full', fullId],
      ['inc1', first],
      ['inc2', second],
    ] as const) {
      await stage.ask(`delete ${name} that has a dependant`, 'DELETE', `/backups/${id}`);
      await stage.ask(`children of ${name}`, 'GET', `/backups?parent_id=${id}`, {
        as: 'admin',
        version: '3.70',
      });
    }
    await stage.ask('show by an admin of another project', 'GET', `/backups/${fullId}`, { as: 'cloudadmin' });

    const restored = await restoreToNew();
    await stage.ask('restored volume', 'GET', `/volumes/${restored}`, { version: '3.70' });
    const named = await stage.ask('restore with a name', 'POST', `/backups/${fullId}/restore`, {
      body: { restore: { name: 'my restore' } },
    });
    await stage.backupEnds(fullId);
    await stage.volumeIs(named.text('restore.volume_id'), 'available');
    await stage.ask('the volume restored with a name', 'GET', `/volumes/${named.text('restore.volume_id')}`, {
      version: '3.70',
    });
    const target = await stage.volume('target');
    await stage.ask('restore to an existing volume, and a name', 'POST', `/backups/${third}/restore`, {
      body: { restore: { name: 'ignored', volume_id: target } },
    });
    await stage.backupEnds(third);
    await stage.volumeIs(target, 'available');
    await stage.ask('that volume afterwards', 'GET', `/volumes/${target}`, { version: '3.70' });

    await stage.hold();
    await stage.ask('delete leaf first: inc3', 'DELETE', `/backups/${third}`);
    await stage.ask('show while deleting', 'GET', `/backups/${third}`);
    await stage.ask('delete while deleting', 'DELETE', `/backups/${third}`);
    await stage.ask('delete the parent of one that is being deleted', 'DELETE', `/backups/${second}`);
    await stage.ask('incremental while the latest is being deleted', 'POST', '/backups', {
      body: { backup: { volume_id: volume, incremental: true } },
    });
    await stage.letGo();
    await stage.backupEnds(third);
    for (const [name, id] of [
      ['inc2', second],
      ['inc1', first],
      ['full', fullId],
    ] as const) {
      await stage.ask(`delete leaf first: ${name}`, 'DELETE', `/backups/${id}`);
      await stage.backupEnds(id);
    }
    await stage.ask('show a deleted backup', 'GET', `/backups/${fullId}`);

    async function restoreToNew(): Promise<string> {
      await stage.hold();
      const restore = await stage.ask('restore to a new volume', 'POST', `/backups/${second}/restore`, {
        version: '3.43',
        body: { restore: {} },
      });
      const id = restore.text('restore.volume_id');
      await stage.ask('backup while restoring', 'GET', `/backups/${second}`);
      await stage.ask('volume while restoring', 'GET', `/volumes/${id}`);
      await stage.ask('delete while restoring', 'DELETE', `/backups/${second}`);
      await stage.ask('restore while restoring', 'POST', `/backups/${second}/restore`, {
        body: { restore: {} },
      });
      await stage.letGo();
      await stage.backupEnds(second);
      await stage.volumeIs(id, 'available');
      return id;
    }
  },
};
