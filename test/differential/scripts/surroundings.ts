import { type Script, UNKNOWN } from '../script.ts';

/** Types, zones and services, as far as clients look at them. */
export const surroundings: Script = {
  name: 'surroundings',
  async play(stage) {
    await stage.ask('types', 'GET', '/types?is_public=None');
    await stage.ask('default type', 'GET', '/types/default');
    const types = await stage.need('GET', '/types');
    await stage.ask('type by id', 'GET', `/types/${types.text('volume_types.0.id')}`);
    await stage.ask('type of none', 'GET', `/types/${UNKNOWN}`);
    await stage.ask('zones', 'GET', '/os-availability-zone');
    await stage.ask('services as admin', 'GET', '/os-services', { as: 'admin' });
    await stage.ask('default quotas', 'GET', `/os-quota-sets/${stage.projectId}/defaults`, { as: 'admin' });
    await stage.ask('quota class', 'GET', '/os-quota-class-sets/default', { as: 'admin' });
    await stage.ask('messages of nothing', 'GET', `/messages?resource_uuid=${UNKNOWN}`, { version: '3.70' });
    await stage.ask('message of none', 'GET', '/messages/nope', { version: '3.70' });
    await stage.ask('attachments', 'GET', '/attachments', { version: '3.70' });
    await stage.ask('transfers', 'GET', '/os-volume-transfer');
    await stage.ask('groups', 'GET', '/groups', { version: '3.70' });
    await stage.ask('capabilities of pools as member', 'GET', '/scheduler-stats/get_pools');
  },
};
