import * as z from 'zod';
import * as field from '../../../config/fields.ts';
import type { ListBackupsRequest } from '../../app/list-backups.ts';
import type { ListEndedRequest } from '../../app/list-ended.ts';
import { SORT_KEYS } from '../../app/list-order.ts';
import type { BackupId } from '../../domain/backup.ts';
import * as given from './fields.ts';
import type { RequestSchema } from './parse-request.ts';

const STATUSES = ['creating', 'available', 'restoring', 'deleting', 'error', 'error_deleting'] as const;

const oneBackup = field.mapping({ backupId: given.backupId }, 'an event');

const page = field.mapping(
  {
    cloud: field.text('the name of a cloud').exactOptional(),
    volumeId: given.volumeId.exactOptional(),
    policy: given.policy.exactOptional(),
    status: field.oneOf(STATUSES).exactOptional(),
    name: field.text('the whole name of a backup').exactOptional(),
    proved: field.flag().exactOptional(),
    pinned: field.flag().exactOptional(),
    held: field.flag().exactOptional(),
    limit: field.wholeNumber(1).exactOptional(),
    marker: given.backupId.exactOptional(),
    offset: field.wholeNumber(0).exactOptional(),
    sort: field.text('keys and directions, such as status:asc,createdAt:desc').exactOptional(),
    sortKey: field.oneOf(SORT_KEYS).exactOptional(),
    sortDir: field.oneOf(['asc', 'desc']).exactOptional(),
  },
  'an event',
);

const ended = field.mapping(
  {
    deleted: z.literal(true, { error: field.shouldBe('true; leave the key out for what is there') }),
    cloud: field.text('the name of a cloud').exactOptional(),
    volumeId: given.volumeId.exactOptional(),
    policy: given.policy.exactOptional(),
    limit: field.wholeNumber(1).exactOptional(),
    marker: given.backupId.exactOptional(),
  },
  'an event',
);

/** One backup with all that is known of it; or those that are no more; or a page of the list. */
export type ListRequest =
  | { readonly backupId: BackupId }
  | ({ readonly deleted: true } & ListEndedRequest)
  | ListBackupsRequest;

export const listBackupsRequest: RequestSchema<ListRequest> = (event) => {
  if (given.has(event, 'backupId')) return oneBackup;
  return given.has(event, 'deleted') ? ended : page;
};
