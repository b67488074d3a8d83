import * as z from 'zod';
import { instant } from '../../lambdas/adapters/dynamodb/item.ts';
import type { BackupExport, RecordsOrigin } from '../../lambdas/app/ports.ts';
import { type LineForm, parseFields } from './counted-lines.ts';

const record = z.strictObject({
  backupId: z.uuid(),
  volumeId: z.uuid(),
  parentId: z.uuid().exactOptional(),
  service: z.string().min(1),
  url: z.base64().min(1),
}) satisfies z.ZodType<BackupExport>;

/** The cloud's own records of backups as lines of JSON. */
export const RECORD_LINES: LineForm<RecordsOrigin, BackupExport> = {
  format: 'cinderkeep-records',
  version: 1,
  header: z.object({
    deployment: z.string(),
    cloud: z.string(),
    projectId: z.string(),
    exportedAt: instant,
  }),
  toFields: (fields) => fields,
  toValue: (fields, line) => parseFields(record, fields, line),
};
