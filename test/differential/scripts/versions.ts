import type { Script } from '../script.ts';

export const versions: Script = {
  name: 'versions',
  async play(stage) {
    const volume = await stage.volume('v', { empty: true });
    await stage.backup(volume, { name: 'b' });
    await stage.ask('version list', 'GET', 'cinder:/', { as: 'nobody' });
    await stage.ask('v3 document without a token', 'GET', 'cinder:/v3/', { as: 'nobody' });
    await stage.ask('v3 without slash, without a token', 'GET', 'cinder:/v3', { as: 'nobody' });
    await stage.ask('v3 document', 'GET', 'cinder:/v3/');
    await stage.ask('no header', 'GET', '/backups?limit=1');
    for (const version of ['3.0', '3.43', '3.70', '3.71', '4.0', '2.0', 'latest', '3', 'abc', '3.1.2']) {
      await stage.ask(`header volume ${version}`, 'GET', '/backups?limit=1', { version });
    }
    await stage.ask('header of another service', 'GET', '/backups?limit=1', { version: 'compute 2.1' });
    await stage.ask('header of two services', 'GET', '/backups?limit=1', {
      version: 'compute 2.1, volume 3.45',
    });
    const headers = { 'openstack-api-version': '3.45' };
    await stage.ask('header without service', 'GET', '/backups?limit=1', { headers });
    await stage.ask('no route', 'GET', '/nonsuch');
    await stage.ask('no route, without a token', 'GET', '/nonsuch', { as: 'nobody' });
    await stage.ask('method not allowed', 'PUT', '/backups', { body: {} });
    await stage.ask('method nobody knows', 'PATCH', `/backups/${volume}`, { body: {} });
    await stage.ask('trailing slash', 'GET', '/backups/');
    await stage.ask('.json', 'GET', '/backups.json?limit=1');
    await stage.ask('project id of URL left out', 'GET', 'cinder:/v3/backups?limit=1', { version: '3.67' });
    await stage.ask('project id of URL left out, 3.0', 'GET', 'cinder:/v3/backups?limit=1');
    await stage.ask('project alone', 'GET', '');
    await stage.ask('project alone, with a slash', 'GET', '/');
    await stage.ask('extensions', 'GET', '/extensions');
    await stage.ask('resource filters of backups', 'GET', '/resource_filters?resource=backup', {
      version: '3.70',
    });
    await stage.ask('resource filters', 'GET', '/resource_filters', { version: '3.70' });
    await stage.ask('resource filters before 3.33', 'GET', '/resource_filters', { version: '3.32' });
    await stage.ask('messages before 3.3', 'GET', '/messages', { version: '3.2' });
  },
};
