import type * as z from 'zod';
import * as field from '../../../config/fields.ts';
import type { RestoreBackupRequest } from '../../app/restore-backup.ts';
import * as given from './fields.ts';

const into = field.mapping(
  {
    volumeId: given.volumeId.exactOptional(),
    original: field.flag().exactOptional(),
    name: field.text('the name of the new volume').exactOptional(),
    namePrefix: field.text('what comes before the name of each original').exactOptional(),
    volumeType: field.text('the name of a volume type').exactOptional(),
    availabilityZone: field.text('the name of an availability zone').exactOptional(),
  },
  'where to restore to',
);

/** What contradicts itself is found by the use case, which command lines come to as well. */
export const restoreBackupRequest = field.mapping(
  {
    backupId: given.backupId.exactOptional(),
    volumeId: given.volumeId.exactOptional(),
    serverId: given.serverId.exactOptional(),
    at: given.instant.exactOptional(),
    into: into.exactOptional(),
    overwrite: field.flag().exactOptional(),
    tryAnyway: field.flag().exactOptional(),
    cloud: field.text('the name of a cloud').exactOptional(),
    dryRun: field.flag().exactOptional(),
  },
  'an event',
) satisfies z.ZodType<RestoreBackupRequest>;
