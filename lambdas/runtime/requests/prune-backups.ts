import type * as z from 'zod';
import * as field from '../../../config/fields.ts';
import type { PruneBackupsRequest } from '../../app/prune-backups.ts';
import * as given from './fields.ts';

export const pruneBackupsRequest = field.mapping(
  {
    trigger: field.oneOf(['schedule', 'manual']),
    policy: given.policy.exactOptional(),
    volumeIds: given.volumeIds.exactOptional(),
    dryRun: field.flag().exactOptional(),
    maxDeletes: field.wholeNumber(0).exactOptional(),
    maxDeleteShare: field.numberBetween(0, 1, 'a share from 0 to 1, such as 0.5').exactOptional(),
  },
  'an event',
) satisfies z.ZodType<PruneBackupsRequest>;
