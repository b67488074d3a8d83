import { type Script, type Stage, UNKNOWN } from '../script.ts';

/** Volumes that are attached, reset, reverted and deleted with all that belongs to them. */
export const volumeStates: Script = {
  name: 'volume-states',
  async play(stage) {
    const volume = await stage.volume('v', { empty: true });
    await attachments(stage, volume);
    await resets(stage, volume);
    await etags(stage, volume);
    await reverting(stage, volume);
    await times(stage, volume);
    await deletions(stage);
  },
};

type Act = (name: string, body: unknown, as?: 'member' | 'admin', version?: string) => Promise<unknown>;

function actOn(stage: Stage, volume: string): Act {
  return (name, body, as = 'member', version = '3.70') =>
    stage.ask(name, 'POST', `/volumes/${volume}/action`, { body, as, version });
}

async function attachments(stage: Stage, volume: string): Promise<void> {
  const act = actOn(stage, volume);
  const server = { instance_uuid: UNKNOWN, mountpoint: '/dev/vdb' };
  const show = (name: string) => stage.ask(name, 'GET', `/volumes/${volume}`, { version: '3.70' });
  await act('attach, no mountpoint', { 'os-attach': { instance_uuid: UNKNOWN } });
  await act('attach, no server', { 'os-attach': { mountpoint: '/dev/vdb' } });
  await act('attach, server no uuid', { 'os-attach': { ...server, instance_uuid: 'nope' } });
  await act('attach, unknown mode', { 'os-attach': { ...server, mode: 'wo' } });
  await act('attach, extra property', { 'os-attach': { ...server, size: 1 } });
  await act('attach to a host', { 'os-attach': { host_name: 'a host', mountpoint: '/mnt' } });
  await stage.volumeIs(volume, 'in-use');
  await show('attached to a host');
  await act('attach once more', { 'os-attach': server });
  await act('extend in use before 3.42', { 'os-extend': { new_size: 5 } }, 'member', '3.41');
  await act('reserve in use', { 'os-reserve': {} });
  await act('begin to detach', { 'os-begin_detaching': {} });
  await show('being detached');
  await act('begin again', { 'os-begin_detaching': {} });
  await act('do not detach after all', { 'os-roll_detaching': {} });
  await show('not detached after all');
  await act('detach an unknown attachment', { 'os-detach': { attachment_id: UNKNOWN } });
  await act('detach', { 'os-detach': {} });
  await stage.volumeIs(volume, 'available');
  await act('detach what is not attached', { 'os-detach': {} });
  await stage.volumeIs(volume, 'available');
  await act('begin to detach what is not attached', { 'os-begin_detaching': {} });
  await act('unreserve what is not reserved', { 'os-unreserve': {} });
  await act('force to detach as member', { 'os-force_detach': {} });
  await act('make it read-only', { 'os-update_readonly_flag': { readonly: true } });
  await act('read-only, no boolean', { 'os-update_readonly_flag': { readonly: 'perhaps' } });
  await act('attach read-only', { 'os-attach': { ...server, mode: 'ro' } });
  await stage.volumeIs(volume, 'in-use');
  await show('attached read-only');
  await act('read-only in use', { 'os-update_readonly_flag': { readonly: false } });
  await act('detach it again', { 'os-detach': {} });
  await stage.volumeIs(volume, 'available');
  await act('writable again', { 'os-update_readonly_flag': { readonly: false } });
  await act('bootable, no boolean', { 'os-set_bootable': { bootable: 'perhaps' } });
  await act('bootable', { 'os-set_bootable': { bootable: 'true' } });
  await show('after all that');
  await act('not bootable', { 'os-set_bootable': { bootable: false } });
}

async function resets(stage: Stage, volume: string): Promise<void> {
  const act = actOn(stage, volume);
  const reset = (name: string, asked: unknown, as: 'member' | 'admin' = 'admin') =>
    act(`reset: ${name}`, { 'os-reset_status': asked }, as);
  await reset('nothing', {});
  await reset('as member', { status: 'error' }, 'member');
  await reset('a number', { status: 5 });
  await reset('unknown status', { status: 'nonsuch' });
  await reset('deleting', { status: 'deleting' });
  await reset('in-use without a server', { status: 'in-use' });
  await reset('unknown attach status', { attach_status: 'nonsuch' });
  await reset('attach status', { attach_status: 'detached' });
  await reset('capitals', { status: 'ERROR' });
  await stage.ask('reset to error', 'GET', `/volumes/${volume}`);
  await act('extend in error', { 'os-extend': { new_size: 5 } });
  await act('reserve in error', { 'os-reserve': {} });
  await stage.ask('snapshot of one in error', 'POST', '/snapshots', {
    body: { snapshot: { volume_id: volume } },
  });
  await reset('available', { status: 'available', attach_status: 'detached' });
  await stage.ask('reset to available', 'GET', `/volumes/${volume}`, { version: '3.70' });
}

async function etags(stage: Stage, volume: string): Promise<void> {
  const path = `/volumes/${volume}/metadata`;
  const ask = (name: string, method: string, version: string, metadata?: unknown, match?: string) =>
    stage.ask(`${name} @${version}`, method, path, {
      version,
      ...(metadata === undefined ? {} : { body: { metadata } }),
      ...(match === undefined ? {} : { headers: { 'if-match': match } }),
    });
  await ask('set', 'PUT', '3.15', { a: '1' });
  const etag = (await ask('get', 'GET', '3.15')).headers.get('etag') ?? '';
  await ask('get', 'GET', '3.14');
  await ask('change what is not seen', 'PUT', '3.15', { a: '2' }, 'nonsuch');
  await ask('change what is not seen', 'PUT', '3.14', { a: '1' }, 'nonsuch');
  await ask('change what is seen', 'PUT', '3.15', { a: '3' }, etag);
}

async function reverting(stage: Stage, volume: string): Promise<void> {
  const act = actOn(stage, volume);
  await act('revert without a snapshot', { revert: { snapshot_id: UNKNOWN } });
  const made = await stage.need('POST', '/snapshots', { body: { snapshot: { volume_id: volume } } });
  const snapshot_id = made.text('snapshot.id');
  stage.call(snapshot_id, 'snapshot');
  await stage.snapshotIs(snapshot_id, 'available');
  await act('revert before 3.40', { revert: { snapshot_id } }, 'member', '3.39');
  await act('revert to another snapshot', { revert: { snapshot_id: UNKNOWN } });
  await act('revert to no snapshot', { revert: {} });
  await act('revert', { revert: { snapshot_id } });
  await stage.volumeIs(volume, 'available');
  await stage.snapshotIs(snapshot_id, 'available');
  await stage.ask('reverted', 'GET', `/volumes/${volume}`, { version: '3.70' });
}

async function times(stage: Stage, volume: string): Promise<void> {
  const list = (query: string, version: string, as: 'member' | 'admin' = 'member') =>
    stage.ask(`${query} @${version}${as === 'admin' ? ', as admin' : ''}`, 'GET', `/volumes?${query}`, {
      version,
      as,
    });
  for (const version of ['3.59', '3.60']) {
    await list('created_at=gt:2020-01-01T00:00:00', version);
    await list('created_at=lt:2020-01-01T00:00:00', version);
    await list('updated_at=gte:2020-01-01T00:00:00,lt:2100-01-01T00:00:00', version);
  }
  await list('created_at=2020-01-01T00:00:00', '3.60');
  await list('created_at=after:2020-01-01T00:00:00', '3.60');
  await list('created_at=gt:yesterday', '3.60');
  await list('consumes_quota=true', '3.64');
  await list('consumes_quota=true', '3.65');
  await list('consumes_quota=perhaps', '3.65');
  await list('bootable=perhaps', '3.70');
  await list('migration_status=none', '3.70');
  await list('availability_zone=nova', '3.70');
  await list('group_id=none', '3.70');
  await list(`id=${volume}`, '3.70', 'admin');
  await list('all_tenants=1&name=none', '3.70', 'admin');
  await stage.ask('summary of all tenants as member', 'GET', '/volumes/summary?all_tenants=1', {
    version: '3.70',
  });
}

async function deletions(stage: Stage): Promise<void> {
  const held = await stage.volume('held', { empty: true });
  const made = await stage.need('POST', '/snapshots', { body: { snapshot: { volume_id: held } } });
  await stage.snapshotIs(made.text('snapshot.id'), 'available');
  const remove = (name: string, query: string, version = '3.70', as: 'member' | 'admin' = 'member') =>
    stage.ask(name, 'DELETE', `/volumes/${held}${query}`, { version, as });
  await remove('delete with a snapshot', '');
  await remove('cascade, no boolean', '?cascade=perhaps');
  await remove('force before 3.23', '?force=true', '3.22');
  await remove('force as member', '?force=true');
  await remove('force with a snapshot', '?force=true', '3.70', 'admin');
  await remove('cascade', '?cascade=true');
  await stage.volumeIs(held);
  await stage.ask('its snapshot', 'GET', `/snapshots/${made.text('snapshot.id')}`);
  const stuck = await stage.volume('stuck', { empty: true });
  const act = actOn(stage, stuck);
  await act('reset it to creating', { 'os-reset_status': { status: 'creating' } }, 'admin');
  await stage.ask('delete it', 'DELETE', `/volumes/${stuck}`);
  await act('force to delete as member', { 'os-force_delete': {} });
  await act('force to delete', { 'os-force_delete': {} }, 'admin');
  await stage.volumeIs(stuck);
}
