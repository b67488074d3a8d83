import * as z from 'zod';
import { endedFields } from '../../lambdas/adapters/dynamodb/ended-item.ts';
import { instant } from '../../lambdas/adapters/dynamodb/item.ts';
import { cloudFields, policyFields, slotFields } from '../../lambdas/adapters/dynamodb/policy-items.ts';
import { recordFields } from '../../lambdas/adapters/dynamodb/record-item.ts';
import { restoreFields } from '../../lambdas/adapters/dynamodb/restore-item.ts';
import { volumeFields } from '../../lambdas/adapters/dynamodb/volume-item.ts';
import type { CatalogEntry, CatalogOrigin } from '../../lambdas/app/ports.ts';
import { LineError, type LineForm, parseFields } from './counted-lines.ts';

/** An unknown field is refused: it would be lost without a word. */
const FIELDS: { readonly [Kind in CatalogEntry['kind']]: z.ZodType } = {
  record: z.strictObject(recordFields.shape),
  restore: z.strictObject(restoreFields.shape),
  volume: z.strictObject(volumeFields.shape),
  ended: z.strictObject(endedFields.shape),
  slot: z.strictObject(slotFields.shape),
  policy: z.strictObject(policyFields.shape),
  cloud: z.strictObject(cloudFields.shape),
};

/** A catalog as lines of JSON: an entry each, with its `kind`. */
export const CATALOG_LINES: LineForm<CatalogOrigin, CatalogEntry> = {
  format: 'cinderkeep-catalog',
  version: 1,
  header: z.object({
    deployment: z.string(),
    exportedAt: instant,
    projectIds: z.record(z.string(), z.string()),
  }),
  toFields: ({ kind, value }) => ({ kind, ...value }),
  toValue({ kind, ...fields }, line) {
    if (typeof kind !== 'string' || !Object.hasOwn(FIELDS, kind)) {
      throw new LineError(line, `kind: should be one of ${Object.keys(FIELDS).join(', ')}, end`);
    }
    const value = parseFields(FIELDS[kind as CatalogEntry['kind']], fields, line);
    return { kind, value } as CatalogEntry;
  },
};
