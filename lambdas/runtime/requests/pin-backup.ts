import type * as z from 'zod';
import * as field from '../../../config/fields.ts';
import type { PinBackupRequest } from '../../app/pin-backup.ts';
import * as given from './fields.ts';

/** Its texts are looked at by the use case, which command lines come to as well. */
export const pinBackupRequest = field.mapping(
  {
    backupId: given.backupId,
    pinned: field.flag(),
    reason: field.text('why').exactOptional(),
    by: field.text('who').exactOptional(),
    until: field.text('an instant with its zone, or a date, such as 2027-01-31').exactOptional(),
    dryRun: field.flag().exactOptional(),
  },
  'an event',
) satisfies z.ZodType<PinBackupRequest>;
