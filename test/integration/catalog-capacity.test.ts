import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import type { Catalog } from '../../lambdas/app/ports.ts';
import type { BackupRecord } from '../../lambdas/domain/backup-record.ts';
import { type EmbeddedDynamoDb, openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { collect } from '../contracts/catalog-context.ts';
import {
  aFinishedRecord,
  aPage,
  aRecord,
  aVolume,
  minutesAfter,
  OPENED,
  SLOT,
} from '../contracts/catalog-samples.ts';
import {
  countReadUnits,
  countWriteUnits,
  createMeteredClient,
  type MeteredClient,
} from '../support/capacity.ts';

const RECORD_BYTES_AT_MOST = 1024;
const WRITE_UNITS_AT_MOST = 16;
const READ_UNITS_AT_MOST = 10;
const HISTORY_SHARE_AT_MOST = 0.25;
/** In flight at once, and how often a backup's whole life is looked at. */
const IN_FLIGHT = 64;
const POLLS = 10;
const KEPT_RECORDS = 20;
const DAY_MINUTES = 1440;

let dynamoDb: EmbeddedDynamoDb;
let metered: MeteredClient;
let catalog: Catalog;

beforeAll(async () => {
  dynamoDb = await openEmbeddedDynamoDb();
  metered = createMeteredClient(dynamoDb.clientConfig);
  catalog = createDynamoDbCatalog({ client: metered.client, tableName: dynamoDb.tableName });
});
afterAll(async () => {
  metered.close();
  await dynamoDb.close();
});

/** Writes what one backup costs from its slot to its tombstone; all fields as full as they usually get. */
async function liveThrough(first: BackupRecord, nextAt: Date | undefined): Promise<void> {
  const { cloud, volumeId, volume } = first;
  const decideAt = minutesAfter(SLOT, 7 * DAY_MINUTES);
  const waiting = await catalog.save(first);
  const creating = await catalog.save({ ...waiting, state: 'creating', startedAt: minutesAfter(OPENED, 1) });
  const available = await catalog.save({
    ...aFinishedRecord({ cloud, volumeId }),
    version: creating.version,
  });
  await catalog.noteVolume(aVolume({ cloud, volumeId, volume, decideAt }));
  const deleting = await catalog.save({ ...available, state: 'deleting', openedAt: decideAt });
  await catalog.save({
    ...deleting,
    state: 'deleted',
    reason: 'no rule of daily 7, weekly 4, monthly 12 keeps it',
    forgetAt: minutesAfter(decideAt, 90 * DAY_MINUTES),
  });
  await catalog.settleDecision(cloud, volumeId, decideAt, nextAt);
}

/** The history of backups that were seen to be gone by one look. */
async function noteTogether(count: number): Promise<void> {
  const [one] = aPage().backups;
  if (one === undefined) throw new Error('a page has a backup');
  await catalog.noteEnded(aPage({ cloud: 'writes', backups: Array.from({ length: count }, () => one) }));
}

describe('what one backup costs', () => {
  it('in its whole life is at most 16 write units, its share of the indexes included', async () => {
    const record = aRecord({ cloud: 'writes', volume: aFinishedRecord().volume });
    await catalog.noteVolume(aVolume({ cloud: 'writes' }));
    const own = await metered.measure(() => liveThrough(record, undefined));
    // A volume with a decision ahead, because of maxAge or a pin: it moves to the present and back, which an index does by two writes each.
    const foreseen = { ...record, volumeId: 'foreseen' };
    await catalog.noteVolume(aVolume({ cloud: 'writes', volumeId: 'foreseen', decideAt: SLOT }));
    const withDecision = await metered.measure(() =>
      liveThrough(foreseen, minutesAfter(SLOT, 8 * DAY_MINUTES)),
    );
    const ended = await metered.measure(() => noteTogether(IN_FLIGHT));
    const share = ended.writeUnits / IN_FLIGHT;
    console.info(
      `one backup: ${own.writeUnits} write units, ${withDecision.writeUnits} with a decision foreseen, and ${share.toFixed(2)} for its place in ` +
        `the history, which ${IN_FLIGHT} share; its largest item: ${own.itemBytes} bytes`,
    );
    expect(own.writeUnits + share).toBeLessThanOrEqual(WRITE_UNITS_AT_MOST);
    expect(withDecision.writeUnits).toBeLessThanOrEqual(WRITE_UNITS_AT_MOST);
    expect(share).toBeLessThanOrEqual(HISTORY_SHARE_AT_MOST);
    expect(own.itemBytes).toBeLessThanOrEqual(RECORD_BYTES_AT_MOST);
  });

  it('in its whole life is at most 10 read units', async () => {
    const cloud = 'reads';
    const volumeId = aRecord().volumeId;
    for (let day = 0; day < KEPT_RECORDS; day += 1) {
      await catalog.save(aFinishedRecord({ cloud, slotAt: minutesAfter(SLOT, day * DAY_MINUTES) }));
    }
    for (let index = 0; index < IN_FLIGHT; index += 1) {
      await catalog.save(aFinishedRecord({ cloud, volumeId: `${volumeId}${index}`, state: 'creating' }));
    }
    await catalog.noteVolume(aVolume({ cloud, decideAt: SLOT }));

    const polls = await metered.measure(() => collect(catalog.listWork(cloud)));
    const decisions = await metered.measure(() => collect(catalog.listDecisions(cloud, SLOT)));
    const own = await metered.measure(async () => {
      await catalog.listVolumeRecords(cloud, volumeId);
      // Before the DELETE: a pin may have come.
      await catalog.getRecord(aFinishedRecord({ cloud }));
      await catalog.listRestores(cloud, volumeId);
      await catalog.getVolume(cloud, volumeId);
    });
    const readUnits = (polls.readUnits * POLLS) / IN_FLIGHT + decisions.readUnits + own.readUnits;
    console.info(
      `one backup: ${readUnits.toFixed(1)} read units (${own.readUnits} for its volume, ${decisions.readUnits} for its decision, ` +
        `${POLLS} polls of ${polls.readUnits} shared by ${IN_FLIGHT})`,
    );
    expect(readUnits).toBeLessThanOrEqual(READ_UNITS_AT_MOST);
  });

  it('while there is nothing to do is half a read unit for each look', async () => {
    const { readUnits } = await metered.measure(() => collect(catalog.listWork('idle')));
    expect(readUnits).toBe(0.5);
  });
});

describe('the reckoning of capacity', () => {
  const item = (bytes: number, fields = {}) => ({
    pk: { S: 'k' },
    sk: { S: 's' },
    filling: { S: 'x'.repeat(bytes) },
    ...fields,
  });
  const open = (openedAt: string, fields = {}) => ({
    ...item(10, fields),
    workCloud: { S: 'prod' },
    openedAt: { S: openedAt },
  });
  it.each([
    ['a small item', undefined, item(10), 1],
    ['an item of more than 1 KB', undefined, item(1100), 2],
    ['a deletion, by the size of what is deleted', item(1100), undefined, 2],
    ['a new item that enters an index', undefined, open('1'), 2],
    ['an item that enters an index later', item(10), open('1'), 2],
    ['an item that leaves an index', open('1'), item(10), 2],
    ['an item that moves in an index', open('1'), open('2'), 3],
    [
      'a change of an item that stays where it is in an index',
      open('1'),
      open('1', { state: { S: 'x' } }),
      2,
    ],
    ['no change at all', open('1'), open('1'), 1],
  ])('counts %s', (_what, before, after, writeUnits) => {
    expect(countWriteUnits(before, after)).toBe(writeUnits);
  });

  it('counts reads in steps of 4 KB, half of it unless consistent, and a search in vain as one', () => {
    expect(countReadUnits([item(5000), item(5000)], true)).toBe(3);
    expect(countReadUnits([item(5000), item(5000)], false)).toBe(1.5);
    expect(countReadUnits([], true)).toBe(1);
  });
});
