import type { Script } from '../script.ts';

/** Who may do what, with which token. */
export const access: Script = {
  name: 'access',
  async play(stage) {
    const { otherProjectId } = stage;
    await stage.ask('no token', 'GET', '/backups', { as: 'nobody' });
    await stage.ask('garbage token', 'GET', '/backups', { token: 'garbage' });
    await stage.ask('well-formed unknown token', 'GET', '/backups', { token: `gAAAAABm${'A'.repeat(175)}` });
    await stage.ask("project in URL is not the token's", 'GET', `cinder:/v3/${otherProjectId}/backups`);
    await stage.ask('project in URL unknown', 'GET', `cinder:/v3/${'0'.repeat(32)}/backups`);
    const volume = await stage.volume('v');
    const backup = await stage.backup(volume, { name: 'b' });
    const made = await stage.ask('reader creates', 'POST', '/backups', {
      as: 'reader',
      body: { backup: { volume_id: volume } },
    });
    await stage.backupEnds(made.text('backup.id'));
    await stage.ask('reader lists', 'GET', `/backups?volume_id=${volume}`, { as: 'reader' });
    await stage.ask('reader deletes', 'DELETE', `/backups/${made.text('backup.id')}`, { as: 'reader' });
    await stage.backupEnds(made.text('backup.id'));
    await stage.ask('other project shows', 'GET', `/backups/${backup}`, { as: 'other' });
    await stage.ask('other project deletes', 'DELETE', `/backups/${backup}`, { as: 'other' });
    await stage.ask('other project restores', 'POST', `/backups/${backup}/restore`, {
      as: 'other',
      body: { restore: {} },
    });
    await stage.ask('other project backs up our volume', 'POST', '/backups', {
      as: 'other',
      body: { backup: { volume_id: volume } },
    });
    await stage.ask('other project shows our volume', 'GET', `/volumes/${volume}`, { as: 'other' });
    const latest = { version: '3.70' };
    await stage.ask('admin of another project shows', 'GET', `/backups/${backup}`, {
      as: 'cloudadmin',
      ...latest,
    });
    await stage.ask('admin of another project shows the volume', 'GET', `/volumes/${volume}`, {
      as: 'cloudadmin',
      ...latest,
    });
    const one = `all_tenants=1&project_id=${stage.projectId}`;
    await stage.ask('admin, all tenants of one project', 'GET', `/backups?${one}&limit=1`, {
      as: 'cloudadmin',
      ...latest,
    });
    await stage.ask('admin, details of all tenants of one project', 'GET', `/backups/detail?${one}`, {
      as: 'cloudadmin',
      ...latest,
    });
    for (const [name, query] of [
      ['one at a time', `${one}&limit=1`],
      ['by a name of none', `${one}&name=none`],
      ['by parent', `${one}&parent_id=${backup}`],
      ['by another status', `${one}&status=error`],
      ['counted', `${one}&with_count=true&limit=1`],
      ['in another order', `${one}&sort=size:asc`],
      ['by part of the name', `${one}&name~=b`],
    ] as const) {
      await stage.ask(`admin, all tenants ${name}`, 'GET', `/backups/detail?${query}`, {
        as: 'cloudadmin',
        ...latest,
      });
    }
    for (const version of ['3.38', '3.39']) {
      await stage.ask(
        `admin, limits of one project @${version}`,
        'GET',
        `/limits?project_id=${stage.projectId}`,
        {
          as: 'cloudadmin',
          version,
        },
      );
    }
    await stage.ask(
      "member, another project's limits",
      'GET',
      `/limits?project_id=${otherProjectId}`,
      latest,
    );
    await stage.ask('admin, volumes of one project', 'GET', `/volumes?${one}`, {
      as: 'cloudadmin',
      ...latest,
    });
    await stage.ask('member asks all tenants', 'GET', '/backups?all_tenants=1&limit=1', latest);
    await stage.ask('member, all_tenants not a boolean', 'GET', '/backups?all_tenants=maybe&limit=1', latest);
    await stage.ask('member asks for services', 'GET', '/os-services');
    await stage.ask("member shows another project's quota", 'GET', `/os-quota-sets/${otherProjectId}`);
    await stage.ask('member sets a quota', 'PUT', `/os-quota-sets/${stage.projectId}`, {
      body: { quota_set: { backups: 5 } },
    });
  },
};
