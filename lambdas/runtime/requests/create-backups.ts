import * as z from 'zod';
import * as field from '../../../config/fields.ts';
import type { CreateBackupsRequest } from '../../app/create-backups.ts';
import * as given from './fields.ts';

const triggerWrong = field.shouldBe('"schedule" (with policy and slot) or "manual" (with policy)');

/** What EventBridge Scheduler sends for a slot, and what a person sends for a backup now. */
export const createBackupsRequest = z.discriminatedUnion(
  'trigger',
  [
    field.mapping(
      { trigger: z.literal('schedule'), policy: given.policy, slot: given.instant },
      'a scheduled event',
    ),
    field.mapping(
      {
        trigger: z.literal('manual'),
        policy: given.policy,
        volumeIds: given.volumeIds.exactOptional(),
        type: field.oneOf(['full', 'incremental']).exactOptional(),
        dryRun: field.flag().exactOptional(),
      },
      'a manual event',
    ),
  ],
  { error: ({ input }) => triggerWrong({ input: given.valueAt(input, 'trigger') }) },
) satisfies z.ZodType<CreateBackupsRequest>;
