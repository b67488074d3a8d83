import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CATALOG_LINES } from '../../../bin/files/catalog-lines.ts';
import { LineError, readCountedLines, writeCountedLines } from '../../../bin/files/counted-lines.ts';
import type { CatalogEntry } from '../../../lambdas/app/ports.ts';
import { arbitraryRecord } from '../../contracts/arbitrary-records.ts';
import { aFinishedRecord, aPage, aRestore, aVolume, OPENED, SLOT } from '../../contracts/catalog-samples.ts';

const ORIGIN = { deployment: 'acme', exportedAt: OPENED, projectIds: { prod: 'p1' } };
const ENTRIES: readonly CatalogEntry[] = [
  { kind: 'record', value: aFinishedRecord({ pin: { reason: 'r', until: SLOT }, version: 4 }) },
  { kind: 'restore', value: aRestore({ version: 2 }) },
  { kind: 'volume', value: aVolume({ decideAt: SLOT }) },
  { kind: 'ended', value: aPage() },
  {
    kind: 'slot',
    value: { policy: 'p', slotAt: SLOT, state: 'missed', trigger: 'makeUp', recordedAt: OPENED },
  },
  {
    kind: 'policy',
    value: { policy: 'p', firstSeenAt: SLOT, terms: 't', termsSince: SLOT, formerTerms: { f: SLOT } },
  },
  { kind: 'cloud', value: { cloud: 'prod', projectId: 'p1', firstSeenAt: SLOT } },
];

async function* pagesOf(...pages: readonly (readonly CatalogEntry[])[]) {
  yield* pages;
}

async function* linesOf(lines: readonly string[]) {
  yield* lines;
}

function write(...pages: readonly (readonly CatalogEntry[])[]): Promise<string[]> {
  return Array.fromAsync(writeCountedLines(CATALOG_LINES, ORIGIN, pagesOf(...pages)));
}

async function read(lines: readonly string[]) {
  const { header, pages } = await readCountedLines(CATALOG_LINES, linesOf(lines));
  return { origin: header, entries: (await Array.fromAsync(pages)).flat() };
}

/** `line: problem`. */
async function problemOf(lines: readonly string[]): Promise<string> {
  const error = await read(lines).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(LineError);
  const { line, message } = error as LineError;
  return `${line}: ${message}`;
}

describe('an exported catalog', () => {
  it('is a line for where it comes from, one for each entry, and one for the end', async () => {
    const lines = await write(ENTRIES.slice(0, 2), ENTRIES.slice(2));
    expect(lines[0]).toBe(
      '{"format":"cinderkeep-catalog","version":1,"deployment":"acme","exportedAt":"2026-11-23T02:30:04.217Z","projectIds":{"prod":"p1"}}',
    );
    expect(lines.map((line) => JSON.parse(line).kind)).toEqual([
      undefined,
      'record',
      'restore',
      'volume',
      'ended',
      'slot',
      'policy',
      'cloud',
      'end',
    ]);
    expect(lines.join('')).not.toContain('\n');
  });

  it('is read back as it was', async () => {
    expect(await read(await write(ENTRIES))).toStrictEqual({ origin: ORIGIN, entries: ENTRIES });
    expect(await read(await write())).toStrictEqual({ origin: ORIGIN, entries: [] });
  });

  it('is read back as it was, whatever its fields hold', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryRecord), async (records) => {
        const entries = records.map((value) => ({ kind: 'record' as const, value }));
        expect((await read(await write(entries))).entries).toStrictEqual(entries);
      }),
      { numRuns: 50 },
    );
  });

  it('comes in pages, so that none of it has to stand in memory whole', async () => {
    const many = Array.from({ length: 1_200 }, () => ENTRIES[6] as CatalogEntry);
    const { pages } = await readCountedLines(CATALOG_LINES, linesOf(await write(many)));
    expect((await Array.fromAsync(pages)).map(({ length }) => length)).toEqual([500, 500, 200]);
  });
});

describe('a file that is no exported catalog', () => {
  it.each([
    ['nothing', [], '1: is not JSON'],
    ['some text', ['hello'], '1: is not JSON'],
    ['a list', ['[]'], '1: should be a JSON object'],
    ['other JSON', ['{"backups":[]}'], '1: is not the first line of a cinderkeep-catalog export'],
    [
      'that of a newer program',
      ['{"format":"cinderkeep-catalog","version":2}'],
      '1: version 2, but this program knows 1 at most: a newer cinderkeep wrote it',
    ],
  ])('is refused: %s', async (_what, lines, problem) => {
    expect(await problemOf(lines)).toBe(problem);
  });

  it.each([
    ['a header without a deployment', 0, { deployment: undefined }, /^1: deployment: /],
    ['a kind that is none', 1, { kind: 'lease' }, /^2: kind: should be one of record, restore, .*, end$/],
    ['a field of another shape', 1, { slotAt: 'yesterday' }, /^2: slotAt: /],
    ['a field that is missing', 3, { volumeId: undefined }, /^4: volumeId: /],
    ['a field that nobody knows', 1, { colour: 'red' }, /^2: .*colour/],
    ['a wrong count', 8, { count: 5 }, /^9: count: 5 lines were written, and 7 are here$/],
  ])('is refused by line and field: %s', async (_what, index, change, problem) => {
    const lines = await write(ENTRIES);
    lines[index] = JSON.stringify({ ...JSON.parse(lines[index] ?? ''), ...change });
    expect(await problemOf(lines)).toMatch(problem);
  });

  it('is refused when it was cut short, or when something follows its end', async () => {
    const lines = await write(ENTRIES);
    expect(await problemOf(lines.slice(0, -1))).toBe(
      '8: the file ends here without its last line: it was cut short',
    );
    expect(await problemOf([...lines.slice(0, 3), (lines[3] ?? '').slice(0, 40)])).toBe('4: is not JSON');
    expect(await problemOf([...lines, '{}'])).toBe('10: there should be nothing after the end');
  });
});
