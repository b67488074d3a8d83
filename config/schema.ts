import * as z from 'zod';
import { DEPLOYMENT_NAME, POLICY_NAME } from '../lambdas/domain/marker.ts';
import { auth } from './auth-schema.ts';
import { awsSchema } from './aws-schema.ts';
import * as field from './fields.ts';
import { policyName, policySchema } from './policy-schema.ts';

const HOUR_MS = 3_600_000;

const IN_FLIGHT_RIGHT = 'a whole number from 1 up, or unlimited';

const limits = field.mapping(
  {
    inFlight: z
      .union([field.wholeNumber(1, IN_FLIGHT_RIGHT), z.literal('unlimited')], {
        error: field.shouldBe(IN_FLIGHT_RIGHT),
      })
      .prefault(8)
      .meta({ description: 'Backups and deletions under way at once.' }),
    restoresInFlight: z
      .union([field.wholeNumber(1, IN_FLIGHT_RIGHT), z.literal('unlimited')], {
        error: field.shouldBe(IN_FLIGHT_RIGHT),
      })
      .prefault(4)
      .meta({ description: 'Restores under way at once, beside backups; tests of restores included.' }),
    requestsPerSecond: field
      .numberBetween(0.01, 100_000, 'a number from 0.01 up')
      .prefault(10)
      .meta({ description: 'Requests to the cloud, on average.' }),
    stuckAfter: field
      .elapsedMs(60_000, 366 * 24 * HOUR_MS, 'a duration from 1min to 366d, such as 12h')
      .prefault('12h')
      .meta({ description: 'A backup that is still being created, or restored, after this is stuck.' }),
  },
  'the limits of a cloud',
);

/** Proxies can have passwords in their URLs, so the error does not repeat it. */
const PROXY_WRONG = 'is not a proxy; should be a URL such as http://proxy.example.com:3128';

const cloud = field.mapping(
  {
    auth,
    region: field
      .text('the name of a region')
      .exactOptional()
      .meta({ description: 'Region in the cloud’s catalogue of services; needed if it has several.' }),
    interface: field
      .oneOf(['public', 'internal', 'admin'])
      .prefault('public')
      .meta({ description: 'Which endpoint of the catalogue is used.' }),
    ca: field
      .text('the path of a file of certificates')
      .exactOptional()
      .meta({ description: 'PEM file of the authorities that signed the cloud’s certificates.' }),
    proxy: z
      .string({ error: PROXY_WRONG })
      .regex(/^https?:\/\/[^\s/]+\/?$/, { error: PROXY_WRONG })
      .exactOptional()
      .meta({ description: 'HTTP proxy on the way to the cloud.' }),
    limits: limits.prefault({}).meta({ description: 'How hard the cloud may be worked.' }),
  },
  'a cloud',
);

const cloudName = field.matching(
  POLICY_NAME,
  'a cloud name: 1 to 48 of a-z, 0-9, hyphen, underscore and dot, beginning with a letter or a digit',
);

/** The whole config file. */
export const configSchema = field
  .mapping(
    {
      version: z
        .literal(1, { error: field.shouldBe('1') })
        .meta({ description: 'Version of this format: 1.' }),
      deployment: field
        .matching(
          DEPLOYMENT_NAME,
          '1 to 32 of a-z, 0-9 and _; a hyphen would end it in the names of backups, ck-<deployment>-<policy>-…',
        )
        .meta({
          description: 'Name of this deployment, in the marker of each of its backups. Never change it.',
        }),
      clouds: z
        .record(cloudName, cloud, { error: field.shouldBe('a mapping of names to clouds') })
        .refine((clouds) => Object.keys(clouds).length > 0, {
          error: 'is empty; should have at least one cloud',
        })
        .meta({ description: 'OpenStack projects, each reached with one credential.' }),
      policies: z
        .record(policyName, policySchema, { error: field.shouldBe('a mapping of names to policies') })
        .prefault({})
        .meta({ description: 'What is backed up when, and what stays.' }),
      aws: awsSchema.prefault({}).meta({ description: 'Where and how it runs on AWS.' }),
    },
    'a config',
  )
  .meta({ title: 'cinderkeep config' });

/** The config as it is written. */
export type ConfigInput = z.input<typeof configSchema>;
/** The config with its defaults. */
export type ConfigSettings = z.output<typeof configSchema>;
