import * as z from 'zod';
import type { RestoreNote } from '../../domain/restore-record.ts';
import type { VolumeFacts } from '../../domain/volume.ts';
import { fromAttributes, type Item } from './attributes.ts';
import type { ItemKey } from './keys.ts';

/** The version of the items' shape that this program writes, and the newest that it reads. */
export const SCHEMA_VERSION = 1;

/** An item of the catalog that this program cannot read; says which and why. It was left as it is. */
export class CatalogItemError extends Error {
  override readonly name = 'CatalogItemError';
  readonly key: ItemKey;
  constructor(key: ItemKey, problem: string, options?: ErrorOptions) {
    super(`read catalog item ${key.pk} ${key.sk}: ${problem}`, options);
    this.key = key;
  }
}

export const instant = z.iso.datetime({ precision: 3 }).transform((text) => new Date(text));
export const count = z.int().nonnegative();
export const text = z.string().min(1);

export const trigger = z.enum(['schedule', 'manual', 'makeUp', 'rebuild']);

/** Every field of a type, the optional ones too: one that a schema forgot would be lost on reading. */
export type Shape<Fields> = { readonly [Field in keyof Required<Fields>]: z.ZodType };

export const volumeFacts = z.object({
  name: z.string(),
  sizeGib: z.number(),
  volumeType: z.string().exactOptional(),
  availabilityZone: z.string().exactOptional(),
  metadata: z.record(z.string(), z.string()).exactOptional(),
  serverIds: z.array(z.string()).exactOptional(),
} satisfies Shape<VolumeFacts>);

export const restoreNote = z.object({
  at: instant,
  purpose: z.enum(['restore', 'test']),
  outcome: z.enum(['restored', 'failed']),
  tookMs: z.number(),
  backupId: z.string(),
  targetId: z.string().exactOptional(),
  reason: z.string().exactOptional(),
} satisfies Shape<RestoreNote>);

/** @throws {CatalogItemError} the item has not the shape, or one that only a newer program knows. */
export function parseItem<Parsed>(schema: z.ZodType<Parsed>, item: Item): Parsed {
  const key: ItemKey = { pk: item.pk?.S ?? '(no pk)', sk: item.sk?.S ?? '(no sk)' };
  requireKnownVersion(key, item);
  const result = schema.safeParse(readFields(key, item));
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new CatalogItemError(key, problems.join('; '), { cause: result.error });
}

function requireKnownVersion(key: ItemKey, item: Item): void {
  const version = Number(item.schemaVersion?.N);
  if (version === SCHEMA_VERSION) return;
  if (version > SCHEMA_VERSION) {
    throw new CatalogItemError(
      key,
      `schemaVersion ${version}, but this program knows ${SCHEMA_VERSION} at most: a newer cinderkeep wrote it`,
    );
  }
  throw new CatalogItemError(key, 'schemaVersion: missing or not a known one');
}

function readFields(key: ItemKey, item: Item): Record<string, unknown> {
  try {
    return fromAttributes(item);
  } catch (error) {
    throw new CatalogItemError(key, error instanceof Error ? error.message : String(error), { cause: error });
  }
}
