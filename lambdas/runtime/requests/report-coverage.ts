import * as z from 'zod';
import * as field from '../../../config/fields.ts';
import type { ReportCoverageRequest } from '../../app/report-coverage.ts';
import * as given from './fields.ts';

const triggerWrong = field.shouldBe('"schedule" or "manual" (with policy, if it is about one)');

/** The day's call, and what a person asks. */
export const reportCoverageRequest = z.discriminatedUnion(
  'trigger',
  [
    field.mapping({ trigger: z.literal('schedule') }, 'a scheduled event'),
    field.mapping({ trigger: z.literal('manual'), policy: given.policy.exactOptional() }, 'a manual event'),
  ],
  { error: ({ input }) => triggerWrong({ input: given.valueAt(input, 'trigger') }) },
) satisfies z.ZodType<ReportCoverageRequest>;
