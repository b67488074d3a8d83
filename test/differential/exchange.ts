import { z } from 'zod';

/** Question and answer, with every name that differs from run to run replaced by one that does not. */
export const recordedExchange = z.strictObject({
  name: z.string(),
  ask: z.string(),
  as: z.string(),
  version: z.string().optional(),
  sent: z.unknown().optional(),
  status: z.number().int(),
  headers: z.record(z.string(), z.string()),
  answer: z.unknown(),
});

export type RecordedExchange = z.output<typeof recordedExchange>;

/** The headers that clients look at. */
export const COMPARED_HEADERS = [
  'allow',
  'content-type',
  'location',
  'openstack-api-version',
  'retry-after',
  'vary',
  'www-authenticate',
  'x-compute-request-id',
  'x-openstack-request-id',
] as const;
