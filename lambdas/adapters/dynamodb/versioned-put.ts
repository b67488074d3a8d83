import { randomBytes } from 'node:crypto';
import { AlreadyRecordedError, CatalogConflictError } from '../../app/ports.ts';
import type { Item } from './attributes.ts';
import { isAbsent, stillHasVersion } from './conditions.ts';
import type { ItemKey } from './keys.ts';
import type { Table } from './table.ts';

const WRITER_BYTES = 4;

interface Versioned {
  readonly version: number;
}

/**
 * Puts a record if the stored one still has its version (0: none may be stored), and returns it with the next one. `toItem` is given an
 * id that tells this write from any other of the same version.
 *
 * @throws {AlreadyRecordedError} version 0 and the key is taken.
 * @throws {CatalogConflictError} any other version that is not the stored one.
 */
export function createVersionedPut<Record extends Versioned>(
  table: Table,
  kind: string,
  keyOf: (record: Record) => ItemKey,
  toItem: (record: Record, writeId: string) => Item,
): (record: Record) => Promise<Record> {
  const nextWriteId = createWriteIds();
  return async (record) => {
    const saved: Record = { ...record, version: record.version + 1 };
    const writeId = nextWriteId();
    const condition = record.version === 0 ? isAbsent : stillHasVersion(record.version);
    if (await table.put(toItem(saved, writeId), condition)) return saved;
    const key = keyOf(record);
    const stored = await table.get(key);
    // The client repeats a write whose answer was lost, and the repetition meets the first one.
    if (stored?.writeId?.S === writeId) return saved;
    throw toRefusal(`save ${kind} ${key.pk} ${key.sk}`, record.version, stored);
  };
}

function createWriteIds(): () => string {
  const writer = randomBytes(WRITER_BYTES).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${writer}-${count}`;
  };
}

function toRefusal(what: string, version: number, stored: Item | undefined): Error {
  const found =
    stored === undefined
      ? 'none is stored'
      : `stored is version ${stored.version?.N ?? '?'} (${stored.state?.S ?? '?'})`;
  const message = `${what} over version ${version}: ${found}`;
  return version === 0 ? new AlreadyRecordedError(message) : new CatalogConflictError(message);
}
