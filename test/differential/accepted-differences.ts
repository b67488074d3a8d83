import type { Difference } from './compare.ts';

/** A way in which the embedded cloud differs from the real one, and may. */
export interface AcceptedDifference {
  readonly what: string;
  readonly why: string;
  covers(difference: Difference): boolean;
}

const ODD_NUMBERS = ['not a number', 'a large number', 'a fraction that is none'];
const ABSENT_RESOURCES = ['attachments', 'transfers', 'groups', 'capabilities of pools as member'];

/** What differs and is to stay so; `docs/embedded-cloud.md` lists the same. */
export const ACCEPTED_DIFFERENCES: readonly AcceptedDifference[] = [
  {
    what: '`GET /extensions` and `GET /resource_filters` list what is here',
    why: 'the real lists also name what the embedded cloud does not have, and what an operator has configured',
    covers: ({ exchange, path }) =>
      (exchange === 'extensions' && path.startsWith('answer.extensions.')) ||
      (exchange === 'resource filters' && path.startsWith('answer.resource_filters.')),
  },
  {
    what: 'attachments, groups, transfers and the pools of backends are unknown routes (404)',
    why: 'no backup has to do with them; `os-attach` and `os-detach` do what tests need',
    covers: ({ script, exchange }) => script === 'surroundings' && ABSENT_RESOURCES.includes(exchange),
  },
  {
    what: 'stamps have no fractions of seconds in the answers that make a volume or a snapshot',
    why: 'the real one shows them there only, before it has read its database, which has none; the rows here are like the database’s',
    covers: ({ path, real, embedded }) =>
      path.endsWith('.created_at') && /^<stamp>\.\d{6}$/.test(String(real)) && embedded === '<stamp>.000000',
  },
  {
    what: 'an incremental of a volume that was never written has an `object_count` of 1, not 0',
    why: 'most volumes of a trial are never written, and none of their incrementals would look like a backup',
    covers: ({ path, real, embedded }) => path.endsWith('.object_count') && real === 0 && embedded === 1,
  },
  {
    what: 'a 400 of Keystone for a body of the wrong shape ends after the complaint',
    why: 'the real one goes on with its whole JSON Schema, which differs from release to release',
    covers: ({ path, real, embedded }) =>
      path === 'answer.error.message' &&
      typeof real === 'string' &&
      real.startsWith(`${String(embedded)}\n\nFailed validating `),
  },
  {
    what: 'an error that Cinder’s API has from one of its services ends before the traceback of that service',
    why: 'those are lines of its source',
    covers: ({ path, real, embedded }) =>
      path.endsWith('.message') &&
      typeof real === 'string' &&
      real.startsWith(`${String(embedded)}\nTraceback (most recent call last):\n`),
  },
  {
    what: '`NaN` is no JSON, and the text of a refusal has numbers as JavaScript writes them (`1`, not `1.0`, and no more than 17 digits)',
    why: 'nothing takes such numbers, on either side',
    covers: ({ script, exchange, path }) =>
      script === 'http' && ODD_NUMBERS.includes(exchange) && path === 'answer.badRequest.message',
  },
];

/** Those that nobody has accepted. */
export function unaccepted(differences: readonly Difference[]): Difference[] {
  return differences.filter((difference) => !ACCEPTED_DIFFERENCES.some((one) => one.covers(difference)));
}

/** The list as the documentation has it. */
export function renderAcceptedDifferences(): string {
  return ACCEPTED_DIFFERENCES.map(({ what, why }) => `- ${what}: ${why}.`).join('\n');
}
