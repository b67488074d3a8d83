import { afterEach, describe, expect, it } from 'vitest';
import {
  backupRow,
  collect,
  fault,
  type Script,
  type ScriptedAnswer,
  type ScriptedCinder,
  type ScriptedRequest,
  startScriptedCinder,
} from '../support/scripted-cinder.ts';

let cinder: ScriptedCinder | undefined;
async function start(script: Script): Promise<ScriptedCinder> {
  cinder = await startScriptedCinder(script);
  return cinder;
}
afterEach(() => cinder?.close());

const idOf = (n: number) => String(backupRow(n).id);

/** A list that pages as Cinder does: a link when the page is full, 404 when the marker's row is gone. */
function listing(rows: Record<string, unknown>[], pageRows: number) {
  return ({ query }: ScriptedRequest): ScriptedAnswer => {
    const marker = query.get('marker');
    const at = marker === null ? 0 : rows.findIndex(({ id }) => id === marker) + 1;
    if (marker !== null && at === 0)
      return fault(404, 'itemNotFound', `Backup ${marker} could not be found.`);
    const page = rows.slice(at, at + pageRows);
    const next = new URLSearchParams(query);
    next.set('marker', String(page.at(-1)?.id));
    const href = `http://10.0.0.5:8776/v3/internal/backups/detail?${next}`;
    return {
      json: { backups: page, ...(page.length === pageRows && { backups_links: [{ rel: 'next', href }] }) },
    };
  };
}

describe('a list', () => {
  it('is walked to its end in its order, also when the last page is full', async () => {
    const rows = [1, 2, 3, 4, 5, 6].map((n) => backupRow(n));
    const { cloud, requests } = await start({ cinder: listing(rows, 3) });
    const ids = (await collect(cloud().listBackups())).map(({ id }) => id);
    expect(ids).toEqual(rows.map(({ id }) => id));
    expect(requests.filter(({ path }) => path.endsWith('/backups/detail'))).toHaveLength(3);
  });

  it('is asked of our endpoint, wherever its links point', async () => {
    const { cloud, requests } = await start({ cinder: listing([backupRow(1), backupRow(2)], 1) });
    await collect(cloud().listBackups());
    expect(new Set(requests.slice(1).map(({ path }) => path))).toEqual(
      new Set(['/v3/0123456789abcdef0123456789abcdef/backups/detail']),
    );
  });

  it('keeps its filters on every page, whatever the links say', async () => {
    const { cloud, requests } = await start({
      cinder: ({ query }) => {
        const href = `/v3/backups/detail?marker=${idOf(1)}&name=other&limit=5`;
        if (query.get('marker') !== null) return { json: { backups: [] } };
        return { json: { backups: [backupRow(1)], backups_links: [{ rel: 'next', href }] } };
      },
    });
    await collect(cloud().listBackups({ name: 'a b&c=d', status: 'error', volumeId: 'v1' }));
    const filters = { name: 'a b&c=d', status: 'error', volume_id: 'v1', limit: '1000' };
    const queries = requests.slice(1).map(({ query }) => Object.fromEntries(query));
    expect(queries).toEqual([filters, { ...filters, marker: idOf(1) }]);
  });

  it('is handed on page by page, before the next one is asked for', async () => {
    const { cloud, requests } = await start({
      cinder: listing(
        [1, 2, 3, 4].map((n) => backupRow(n)),
        2,
      ),
    });
    for await (const page of cloud().listBackups()) {
      expect(page).toHaveLength(2);
      break;
    }
    expect(requests.slice(1)).toHaveLength(1);
  });

  it('goes on after a full page that has no link', async () => {
    const rows = Array.from({ length: 1_001 }, (_, n) => backupRow(n));
    const unlinked = listing(rows, 1_000);
    const { cloud } = await start({
      cinder: (request) => {
        const { backups } = unlinked(request).json as { backups: unknown };
        return { json: { backups } };
      },
    });
    expect(await collect(cloud().listBackups())).toHaveLength(1_001);
  });

  it('has each row once, though pages overlap', async () => {
    const pages = [
      [1, 2, 2],
      [2, 3],
      [3, 4],
    ].map((page) => page.map((n) => backupRow(n)));
    const { cloud } = await start({
      cinder: (_request, count) => {
        const links = [{ rel: 'next', href: `/x?marker=${count}` }];
        return { json: { backups: pages[count - 1], ...(count < 3 && { backups_links: links }) } };
      },
    });
    const ids = (await collect(cloud().listBackups())).map(({ id }) => id);
    expect(ids).toEqual([1, 2, 3, 4].map(idOf));
  });

  it('whose links lead in a circle is an error and no endless walk', async () => {
    const { cloud } = await start({
      cinder: (_request, count) => ({
        json: {
          backups: [backupRow(count)],
          backups_links: [{ rel: 'next', href: `/x?marker=${count % 3}` }],
        },
      }),
    });
    await expect(collect(cloud().listBackups())).rejects.toThrow(
      'GET /backups/detail: the links between pages lead in a circle',
    );
  });

  it('whose link leads nowhere is an error', async () => {
    const { cloud } = await start({
      cinder: () => ({ json: { backups: [], backups_links: [{ rel: 'next', href: '/x?marker=1' }] } }),
    });
    await expect(collect(cloud().listBackups())).rejects.toThrow('an empty page links to a next one');
  });

  it('of which a page fails for good is an error and not a shorter list', async () => {
    const { cloud } = await start({
      cinder: (request) =>
        request.query.get('marker') === null
          ? listing([backupRow(1)], 1)(request)
          : fault(403, 'forbidden', "Policy doesn't allow backup:get_all to be performed."),
    });
    await expect(collect(cloud().listBackups())).rejects.toMatchObject({ status: 403 });
  });
});

describe('a list in which rows are deleted during the walk', () => {
  it.each([
    ['the row at the end of the page', [3]],
    ['the last two rows of the page', [2, 3]],
    ['all rows of the page', [1, 2, 3]],
    ['all rows of the page and some of the next', [1, 2, 3, 4, 5]],
  ])('is complete without %s', async (_name, deleted) => {
    const rows = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => backupRow(n));
    const { cloud } = await start({ cinder: (request) => listing(rows, 3)(request) });
    const seen: string[] = [];
    for await (const page of cloud().listBackups()) {
      seen.push(...page.map(({ id }) => id));
      if (seen.length !== 3) continue;
      for (const n of deleted)
        rows.splice(
          rows.findIndex(({ id }) => id === idOf(n)),
          1,
        );
    }
    const left = [1, 2, 3, 4, 5, 6, 7, 8].filter((n) => n <= 3 || !deleted.includes(n));
    expect(seen).toEqual(left.map(idOf));
  });

  it('is complete when each page loses its end', async () => {
    const rows = Array.from({ length: 30 }, (_, n) => backupRow(n));
    const survivors = rows.filter((_, n) => n % 3 !== 2).map(({ id }) => id);
    const { cloud } = await start({ cinder: (request) => listing(rows, 3)(request) });
    const seen: string[] = [];
    for await (const page of cloud().listBackups()) {
      seen.push(...page.map(({ id }) => id));
      const last = page.at(-1)?.id;
      if (!survivors.includes(last))
        rows.splice(
          rows.findIndex(({ id }) => id === last),
          1,
        );
    }
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(survivors));
  });

  it('is given up when it cannot be read faster than it vanishes', async () => {
    let born = 0;
    const { cloud } = await start({
      cinder: ({ query }) => {
        const marker = query.get('marker');
        if (marker !== null) return fault(404, 'itemNotFound', `Backup ${marker} could not be found.`);
        born += 1;
        const links = [{ rel: 'next', href: `/x?marker=${idOf(born)}` }];
        return { json: { backups: [backupRow(born)], backups_links: links } };
      },
    });
    await expect(collect(cloud().listBackups())).rejects.toMatchObject({ status: 404 });
    expect(born).toBe(4);
  });

  it("is not taken up again after a proxy's 404", async () => {
    const { cloud, requests } = await start({
      cinder: (request) =>
        request.query.get('marker') === null
          ? listing([backupRow(1)], 1)(request)
          : { status: 404, text: '<html><h1>404 Not Found</h1></html>' },
    });
    await expect(collect(cloud().listBackups())).rejects.toThrow('GET /backups/detail: 404 404 Not Found');
    expect(requests.slice(1)).toHaveLength(2);
  });
});
