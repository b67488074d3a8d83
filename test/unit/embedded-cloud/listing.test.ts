import { describe, expect, it } from 'vitest';
import { aCloud, refusal, type TestCloud } from './a-cloud.ts';

const START = Date.parse('2026-11-01T00:00:00Z');

/** Backups `b1` (oldest) to `bN`, a minute apart. */
async function cloudWith(count: number, options: Parameters<typeof aCloud>[0] = {}) {
  const cloud = await aCloud(options);
  const volumeId = cloud.control.addVolume({ name: 'v' });
  const ids = Array.from({ length: count }, (_, index) =>
    cloud.control.addForeignBackup({
      volumeId,
      name: `b${index + 1}`,
      createdAt: new Date(START + index * 60_000),
    }),
  );
  return { cloud, volumeId, ids };
}

async function names(cloud: TestCloud, query: string, version = '3.70'): Promise<string> {
  const got = await cloud.ask('GET', `/backups${query}`, { version });
  if (got.status !== 200) return refusal(got);
  const link = got.body.backups_links === undefined ? '' : ' next';
  return got.body.backups.map((backup: { name: string }) => backup.name).join(' ') + link;
}

describe('GET /backups', () => {
  it.each([
    ['newest first, without a link when all is there', '', 'b4 b3 b2 b1'],
    ['a link while the page is full', '?limit=2', 'b4 b3 next'],
    ['a link also when the page is just full and nothing follows', '?limit=4', 'b4 b3 b2 b1 next'],
    ['no link on a page that is not full', '?limit=5', 'b4 b3 b2 b1'],
    ['nothing at all for limit 0', '?limit=0', ''],
    ['a huge limit', '?limit=99999999999999999999', 'b4 b3 b2 b1'],
    ['an offset', '?offset=1', 'b3 b2 b1'],
    ['an offset with a limit', '?offset=1&limit=1', 'b3 next'],
    ['ascending', '?sort_key=created_at&sort_dir=asc', 'b1 b2 b3 b4'],
    ['by name', '?sort=name:asc', 'b1 b2 b3 b4'],
    ['by display_name, descending unless said', '?sort_key=display_name', 'b4 b3 b2 b1'],
    ['by two keys', '?sort=status,created_at:asc', 'b1 b2 b3 b4'],
    ['a name', '?name=b2', 'b2'],
    ['a name and a status', '?name=b2&status=error', ''],
    ['an unknown status', '?status=bogus', ''],
    ['a status twice: the last counts', '?status=error&status=available', 'b4 b3 b2 b1'],
    ['an unknown volume', '?volume_id=11111111-2222-4333-8444-555555555555', ''],
    ['all_tenants of a member: ignored', '?all_tenants=maybe', 'b4 b3 b2 b1'],
    ['a negative limit', '?limit=-1', '400 limit param must be positive'],
    ['a limit that is no number', '?limit=abc', '400 limit param must be an integer'],
    ['a negative offset', '?offset=-1', '400 offset must be >= 0'],
    ['an unknown marker', '?marker=nope', '404 Backup nope could not be found.'],
    ['an unknown sort key', '?sort_key=nonsuch', '400 Invalid input received: Invalid sort key'],
    [
      'an unknown direction',
      '?sort_key=created_at&sort_dir=sideways',
      "400 Invalid input received: Unknown sort direction, must be 'desc' or 'asc'.",
    ],
    [
      'both ways of sorting',
      '?sort=created_at:asc&sort_key=id',
      "400 The 'sort_key' and 'sort_dir' parameters are deprecated and cannot be used with the 'sort' parameter.",
    ],
    ['an unknown filter', '?foo=bar', '400 Invalid filters foo are found in query options.'],
    ['parent_id of a member', '?parent_id=x', '400 Invalid filters parent_id are found in query options.'],
    ['name~ of a member', '?name~=b', '400 Invalid filters name~ are found in query options.'],
  ])('%s', async (_rule, query, expected) => {
    const { cloud } = await cloudWith(4);
    expect(await names(cloud, query)).toBe(expected);
  });

  it.each([
    ['3.30', '?foo=bar', 'b1'],
    ['3.31', '?foo=bar', '400 Invalid filters foo are found in query options.'],
    ['3.30', '?with_count=true', 'b1'],
    ['3.31', '?with_count=true', '400 Invalid filters with_count are found in query options.'],
    ['3.44', '?with_count=true', '400 Invalid filters with_count are found in query options.'],
    ['3.45', '?with_count=maybe', "400 Value 'maybe' for 'with_count' is not a boolean."],
    ['3.36', '?sort=name:asc', '400 Invalid input received: Invalid sort key'],
    ['3.37', '?sort=name:asc', 'b1'],
  ])('at %s: %s', async (version, query, expected) => {
    const { cloud } = await cloudWith(1);
    expect(await names(cloud, query, version)).toBe(expected);
  });

  it('walks by its own links, through a last page that is empty', async () => {
    const { cloud } = await cloudWith(4);
    const pages: string[] = [];
    let path: string | undefined = '/backups/detail?limit=2&status=available';
    while (path !== undefined) {
      const got = await cloud.ask('GET', path, { version: '3.70' });
      pages.push(got.body.backups.map((backup: { name: string }) => backup.name).join(' '));
      const href: string | undefined = got.body.backups_links?.[0].href;
      path = href?.slice(`http://127.0.0.1:${cloud.port}`.length);
    }
    expect(pages).toEqual(['b4 b3', 'b2 b1', '']);
  });

  it('names the host that was asked, every parameter and the last id in its link', async () => {
    const { cloud, ids } = await cloudWith(2);
    const query = 'limit=1&status=available&sort_key=created_at&sort_dir=asc';
    const got = await cloud.ask('GET', `/backups/detail?${query}`);
    expect(got.body.backups_links).toEqual([
      {
        rel: 'next',
        href: `${cloud.cinderUrl}/${cloud.credentials.projectId}/backups/detail?${query}&marker=${ids[0]}`,
      },
    ]);
  });

  it('leaves out a row on every page when the links of a list with an offset are followed', async () => {
    const { cloud, ids } = await cloudWith(4);
    const first = await names(cloud, '?offset=1&limit=1');
    const second = await names(cloud, `?offset=1&limit=1&marker=${ids[2]}`);
    expect([first, second]).toEqual(['b3 next', 'b1 next']);
  });

  it('breaks off when the marker was deleted meanwhile', async () => {
    const { cloud, ids } = await cloudWith(3);
    await cloud.ask('DELETE', `/backups/${ids[2]}`);
    cloud.pass(1);
    expect(await names(cloud, `?limit=1&marker=${ids[2]}`)).toBe(`404 Backup ${ids[2]} could not be found.`);
  });

  it('stops at the page limit without a word but the link', async () => {
    const { cloud } = await cloudWith(7, { pageLimit: 3 });
    expect(await names(cloud, '')).toBe('b7 b6 b5 next');
    expect(await names(cloud, '?limit=5')).toBe('b7 b6 b5 next');
    const counted = await cloud.ask('GET', '/backups?with_count=true', { version: '3.45' });
    expect(counted.body.count).toBe(7);
  });

  it('counts what the filter finds, not the page, and then links from every page that is not empty', async () => {
    const { cloud, volumeId } = await cloudWith(3);
    const got = await cloud.ask('GET', `/backups?with_count=1&limit=2&volume_id=${volumeId}`, {
      version: '3.45',
    });
    expect(got.body.count).toBe(3);
    const last = got.body.backups.at(-1).id;
    const rest = await cloud.ask('GET', `/backups?with_count=1&limit=2&marker=${last}`, { version: '3.45' });
    expect(rest.body).toMatchObject({
      count: 3,
      backups: [{ name: 'b1' }],
      backups_links: [{ rel: 'next' }],
    });
    const none = await cloud.ask('GET', '/backups?with_count=1&name=none', { version: '3.45' });
    expect(none.body).toEqual({ backups: [], count: 0 });
  });

  it('lets an administrator filter by any column, by parent too; an unknown one finds nothing', async () => {
    const { cloud, volumeId, ids } = await cloudWith(2);
    const child = cloud.control.addForeignBackup({ volumeId, name: 'child', parentId: ids[1] ?? null });
    const asAdmin = async (query: string, as: 'admin' | 'cloudadmin') =>
      (await cloud.ask('GET', `/backups?${query}`, { as, version: '3.70' })).body.backups.map(
        (backup: { id: string }) => backup.id,
      );
    expect(await asAdmin(`parent_id=${ids[1]}`, 'admin')).toEqual([child]);
    expect(await asAdmin(`parent_id=${ids[1]}`, 'cloudadmin')).toEqual([]);
    expect(await asAdmin(`all_tenants=1&parent_id=${ids[1]}`, 'cloudadmin')).toEqual([child]);
    expect(await asAdmin('foo=bar', 'admin')).toEqual([]);
  });

  it('shows an administrator what comes and goes in every project, in one order', async () => {
    const { cloud, volumeId, ids } = await cloudWith(2);
    const names = async () =>
      (await cloud.ask('GET', '/backups?all_tenants=1', { as: 'cloudadmin' })).body.backups.map(
        (backup: { name: string }) => backup.name,
      );
    expect(await names()).toEqual(['b2', 'b1']);
    const made = await cloud.ask('POST', '/volumes', { as: 'other', body: { volume: { size: 1 } } });
    cloud.pass(10);
    await cloud.ask('POST', '/backups', {
      as: 'other',
      body: { backup: { volume_id: made.body.volume.id, name: "another's" } },
    });
    const before = new Date(cloud.now().getTime() - 3_600_000);
    cloud.control.addForeignBackup({ volumeId, name: 'of an hour ago', createdAt: before });
    cloud.control.removeBackup(ids[1] ?? '');
    expect(await names()).toEqual(["another's", 'of an hour ago', 'b1']);
  });

  it("does not show another project's backups, not even by volume", async () => {
    const { cloud, volumeId } = await cloudWith(2);
    for (const query of ['', `?volume_id=${volumeId}`]) {
      const got = await cloud.ask('GET', `/backups${query}`, { as: 'other' });
      expect(got.body.backups).toEqual([]);
    }
  });
});
