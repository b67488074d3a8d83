import * as z from 'zod';
import * as field from '../../../config/fields.ts';
import type { TestRestoresRequest } from '../../app/test-restores.ts';
import * as given from './fields.ts';

const triggerWrong = field.shouldBe('"schedule" (with policy and slot), "makeUp" or "manual"');

/** What EventBridge Scheduler sends for a slot of a policy's restore tests, and for slots that were missed; what a person sends for tests now. */
export const testRestoresRequest = z.discriminatedUnion(
  'trigger',
  [
    field.mapping(
      { trigger: z.literal('schedule'), policy: given.policy, slot: given.instant },
      'a scheduled event',
    ),
    field.mapping({ trigger: z.literal('makeUp') }, 'an event for what was missed'),
    field.mapping(
      {
        trigger: z.literal('manual'),
        policy: given.policy.exactOptional(),
        volumeIds: given.volumeIds.exactOptional(),
        dryRun: field.flag().exactOptional(),
      },
      'a manual event',
    ),
  ],
  { error: ({ input }) => triggerWrong({ input: given.valueAt(input, 'trigger') }) },
) satisfies z.ZodType<TestRestoresRequest>;
