import * as z from 'zod';
import * as field from './fields.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;
const YEAR_MS = 366 * DAY_MS;

const schedule = field.mapping(
  {
    cron: field
      .cron()
      .meta({ description: 'Minute, hour, day-of-month, month, day-of-week. Example: "0 12 * * sun".' }),
    timezone: field
      .timeZone()
      .exactOptional()
      .meta({ description: 'IANA name. Default: that of the policy’s schedule.' }),
  },
  'when restores are tested',
);

const VOLUMES_RIGHT = 'a number of volumes such as 10, all, or { share: 0.1 }';

const volumes = z.union(
  [
    field.wholeNumber(1, VOLUMES_RIGHT),
    z.literal('all', { error: field.shouldBe(VOLUMES_RIGHT) }),
    field.mapping(
      {
        share: field.numberBetween(0.0001, 1, 'a share up to 1, such as 0.1').meta({
          description: 'Of the volumes that the policy selects; rounded up.',
        }),
      },
      VOLUMES_RIGHT,
    ),
  ],
  { error: field.shouldBe(VOLUMES_RIGHT) },
);

const HOOK_RIGHT = '{ url: "https://…" } or { function: NAME }, with a timeout if you like';
/** URLs can have secrets in them, so the errors do not repeat one. */
const URL_WRONG = 'is not the URL of a hook; should begin with https:// (http:// for this machine only)';

const timeout = field
  .elapsedMs(MINUTE_MS, DAY_MS, 'a duration from 1min to 1d, such as 5min')
  .prefault('5min')
  .meta({ description: 'Within this time it has to say whether the volume is right.' });

const hook = z.union(
  [
    field
      .mapping(
        {
          url: z
            .string({ error: URL_WRONG })
            .refine(isHookUrl, { error: URL_WRONG })
            .meta({ description: 'Endpoint that is told of the restored volume, by POST.' }),
          timeout,
        },
        HOOK_RIGHT,
      )
      .transform(({ url, timeout }) => ({ kind: 'url', url, timeoutMs: timeout }) as const),
    field
      .mapping(
        {
          function: field
            .matching(
              /^(arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:)?[A-Za-z0-9_-]{1,64}$/,
              'the name of a Lambda function, or its ARN without a version',
            )
            .meta({ description: 'AWS Lambda function that is told of the restored volume.' }),
          timeout,
        },
        HOOK_RIGHT,
      )
      .transform(
        ({ function: name, timeout }) => ({ kind: 'function', function: name, timeoutMs: timeout }) as const,
      ),
  ],
  { error: field.shouldBe(HOOK_RIGHT) },
);

/** Whether, when and how restores of a policy's backups are tested. */
export const restoreTests = field
  .mapping(
    {
      schedule: schedule.meta({ description: 'When restores are tested.' }),
      pick: field
        .oneOf(['latest', 'random'])
        .prefault('latest')
        .meta({ description: 'Which good backup of a volume: its newest, or any of those within `within`.' }),
      within: field
        .elapsedMs(DAY_MS, 10 * YEAR_MS, 'a duration from 1d up in d or w, such as 30d')
        .exactOptional()
        .meta({ description: 'Of pick: random, how old a backup may be. Default: 30d.' }),
      volumes: volumes.prefault(10).meta({
        description: `How many volumes a run tests, those first whose last test is the longest ago: ${VOLUMES_RIGHT}.`,
      }),
      maxAge: field
        .elapsedMs(DAY_MS, 10 * YEAR_MS, 'a duration from 1d up in d or w, such as 90d')
        .exactOptional()
        .meta({ description: 'Alarm when it is longer ago that a volume was proved restorable.' }),
      hook: hook.exactOptional().meta({
        description: `Who else has to find the restored volume right before it counts as proved: ${HOOK_RIGHT}.`,
      }),
    },
    'the tests of restores',
  )
  .superRefine(({ pick, within }, context) => {
    if (pick === 'random' || within === undefined) return;
    const message = 'is for pick: random; should be left out, or pick be random';
    context.addIssue({ code: 'custom', path: ['within'], message });
  });

export type RestoreTestSettings = z.output<typeof restoreTests>;

/** No credentials in it: those would stand in every error. */
function isHookUrl(text: string): boolean {
  const url = URL.parse(text);
  if (url === null || url.username !== '' || url.password !== '' || url.hash !== '') return false;
  const isOnThisMachine = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  return url.protocol === 'https:' || (url.protocol === 'http:' && isOnThisMachine);
}
