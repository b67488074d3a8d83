import type * as z from 'zod';
import * as field from '../../../config/fields.ts';

/** The minute's call. By hand it does the same. */
export const followBackupsRequest = field.mapping(
  { trigger: field.oneOf(['schedule', 'manual']) },
  'an event',
) satisfies z.ZodType<{ readonly trigger: 'schedule' | 'manual' }>;
