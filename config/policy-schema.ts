import * as z from 'zod';
import { doCronsMeet, parseCron } from '../lambdas/domain/cron.ts';
import { POLICY_NAME } from '../lambdas/domain/marker.ts';
import * as field from './fields.ts';
import { keep } from './keep-schema.ts';
import { restoreTests } from './restore-tests-schema.ts';
import { select } from './selection-schema.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 366 * DAY_MS;

const POLICY_NAME_RIGHT =
  'a policy name: 1 to 48 of a-z, 0-9, hyphen, underscore and dot, beginning with a letter or a digit';

export const policyName = field.matching(POLICY_NAME, POLICY_NAME_RIGHT);

const schedule = field.mapping(
  {
    cron: field
      .cron()
      .meta({ description: 'Minute, hour, day-of-month, month, day-of-week. Example: "30 3 * * *".' }),
    timezone: field.timeZone().meta({ description: 'IANA name. Example: Europe/Berlin.' }),
    window: field
      .elapsedMs(0, DAY_MS, 'a duration from 0min to 24h, such as 30min')
      .prefault('0min')
      .meta({ description: 'A slot may be started this much later, to spread load.' }),
    makeUp: field
      .elapsedMs(0, YEAR_MS, 'a duration from 0min to 366d, such as 12h')
      .prefault('12h')
      .meta({ description: 'A missed slot is made up while it is not older than this; 0min: never.' }),
  },
  'when',
);

const FULL_RIGHT = 'auto, always, { every: 7 }, { every: 30d } or { cron: "30 3 * * 0" }';

const EVERY_RIGHT = 'a number of backups, such as 7, or a duration, such as 30d';

const full = z.union(
  [
    z.enum(['auto', 'always'], { error: field.shouldBe(FULL_RIGHT) }).transform((kind) => ({ kind })),
    field
      .mapping(
        {
          every: z
            .union([field.wholeNumber(1, EVERY_RIGHT), field.positiveDuration()], {
              error: field.shouldBe(EVERY_RIGHT),
            })
            .meta({ description: 'Every so many backups (7) or after so long (30d).' }),
        },
        FULL_RIGHT,
      )
      .transform(({ every }) =>
        typeof every === 'number'
          ? ({ kind: 'everyCount', count: every } as const)
          : ({ kind: 'everyDuration', duration: every } as const),
      ),
    field
      .mapping({ cron: field.cron().meta({ description: 'In these of the slots.' }) }, FULL_RIGHT)
      .transform((value) => ({ kind: 'cron', cron: value.cron }) as const),
  ],
  { error: field.shouldBe(FULL_RIGHT) },
);

const chain = field.mapping(
  {
    maxLength: field.wholeNumber(1).prefault(60).meta({
      description: 'A chain that has this many backups, its full included, is followed by a new full.',
    }),
    maxAge: z
      .union([z.literal('unlimited').transform(() => undefined), field.positiveDuration()], {
        error: field.shouldBe('a duration such as 90d, or unlimited'),
      })
      .prefault('90d')
      .meta({ description: 'A chain whose full is older than this is followed by a new full.' }),
    allowForeignParent: field
      .flag()
      .prefault(false)
      .meta({ description: 'Whether an incremental may rest on a backup that is not ours.' }),
  },
  'the limits of a chain',
);

const guards = field.mapping(
  {
    maxDeletes: field.wholeNumber(0).exactOptional().meta({
      description:
        'A run that would delete more backups of the policy deletes none of them. Default: 500, or 5 for each volume on which it would, whichever is more; what was held before does not count.',
    }),
    maxDeleteShare: field.numberBetween(0, 1, 'a share from 0 to 1, such as 0.5').prefault(0.5).meta({
      description: 'Nor one that would delete more than this share of its, or of a volume’s, backups.',
    }),
    graceDays: field.wholeNumber(0).prefault(7).meta({
      description: 'After a change of what stays, what the policy as it was kept stays this many days.',
    }),
  },
  'the guards of pruning',
);

const policyShape = field.mapping(
  {
    cloud: field.text('the name of one of the clouds').meta({ description: 'One of the clouds above.' }),
    formerly: z
      .array(policyName, { error: field.shouldBe('a list of earlier names of the policy') })
      .prefault([])
      .meta({ description: 'Earlier names of this policy, whose backups it owns now.' }),
    select: select.meta({ description: 'Which volumes; decided anew for every slot.' }),
    schedule: schedule.meta({ description: 'When backups are made.' }),
    full: full.prefault('auto').meta({ description: `Which slots become full backups: ${FULL_RIGHT}.` }),
    chain: chain.prefault({}).meta({ description: 'When a chain of incrementals must end.' }),
    keep: keep.meta({ description: 'Which backups stay; the rules add up.' }),
    billedBy: field.oneOf(['provisioned', 'stored']).prefault('provisioned').meta({
      description: 'What full: auto saves: the sizes of volumes, as quota counts, or bytes stored.',
    }),
    changeRate: field.numberBetween(0, 1, 'a share from 0 to 1, such as 0.05').prefault(0.05).meta({
      description: 'Share of a volume’s bytes that changes in a day; for billedBy: stored and the forecast.',
    }),
    maxAge: field
      .positiveDuration()
      .exactOptional()
      .meta({ description: 'No backup stays longer, whatever the keep rules say; but atLeast stay.' }),
    maxAgeStrict: field
      .flag()
      .prefault(false)
      .meta({ description: 'A duty to delete: maxAge outranks atLeast, and the last backup goes too.' }),
    atLeast: field
      .wholeNumber(0)
      .prefault(1)
      .meta({ description: 'So many good backups of every volume stay, however old.' }),
    guards: guards.prefault({}).meta({ description: 'What stops a pruning that looks like a mistake.' }),
    rpo: field
      .elapsedMs(60_000, 10 * YEAR_MS, 'a duration from 1min up in min, h, d or w, such as 26h')
      .exactOptional()
      .meta({
        description: 'A volume whose newest good backup is older is stale; default: by the schedule.',
      }),
    restoreTests: restoreTests.exactOptional().meta({
      description: 'When and how it is proved that backups can be restored. Without it nothing is proved.',
    }),
    inUse: field
      .oneOf(['snapshot', 'force', 'skip'])
      .prefault('snapshot')
      .meta({ description: 'How attached volumes are backed up: from a snapshot, directly, or not.' }),
    onVolumeGone: field.oneOf(['keep', 'keepLast', 'apply']).prefault('keep').meta({
      description: 'When the volume is deleted: keep all backups, the newest, or go on with the rules.',
    }),
    container: z
      .union([z.null(), field.text('the name of a container, or null')], {
        error: field.shouldBe('the name of a container, or null for the cloud’s own'),
      })
      .prefault(null)
      .meta({ description: 'Where Cinder’s backup driver puts the backups; null: its own choice.' }),
    paused: field
      .flag()
      .prefault(false)
      .meta({ description: 'No slots while this is true; pruning goes on.' }),
  },
  'a policy',
);

export const policySchema = policyShape.superRefine((policy, context) => {
  if (policy.maxAgeStrict && policy.maxAge === undefined) {
    const message = 'is true without a maxAge; should be left out, or maxAge be given';
    context.addIssue({ code: 'custom', path: ['maxAgeStrict'], message });
  }
  if (
    policy.full.kind === 'cron' &&
    !doCronsMeet(parseCron(policy.full.cron), parseCron(policy.schedule.cron))
  ) {
    const message = `never falls on a slot of "${policy.schedule.cron}"; should pick some of the schedule’s slots`;
    context.addIssue({ code: 'custom', path: ['full', 'cron'], message });
  }
});

export type PolicySettings = z.output<typeof policySchema>;
