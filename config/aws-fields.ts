import * as z from 'zod';
import * as field from './fields.ts';

/** The building blocks of the `aws` section: ids and names as AWS spells them. */

const DAY_MS = 86_400_000;

/** So many days CloudWatch can be told to keep logs. @see CloudWatch Logs API reference, PutRetentionPolicy */
const LOG_RETENTION_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];
const LONGEST_LOG_DAYS = 3653;

export const account = field.matching(/^\d{12}$/, 'the 12 digits of an AWS account, in quotes');

export const region = field.matching(/^[a-z]{2,4}(-[a-z]+)+-\d$/, 'an AWS region, such as eu-central-1');

export const namePrefix = field.matching(
  /^[a-z][a-z0-9-]{0,38}[a-z0-9]$/,
  '2 to 40 of a-z, 0-9 and hyphen, beginning with a letter and not ending with a hyphen',
);

export const vpc = field.matching(/^vpc-[0-9a-f]{1,17}$/, 'the id of a VPC, such as vpc-0a1b2c3d');

export const subnets = field.listOf(
  field.matching(/^subnet-[0-9a-f]{1,17}$/, 'the id of a subnet, such as subnet-0a1b2c3d'),
  'a list of subnet ids',
);

export const securityGroups = oneOrMore(
  field.matching(/^sg-[0-9a-f]{1,17}$/, 'the id of a security group, such as sg-0a1b2c3d'),
  'the id of a security group, such as sg-0a1b2c3d, or a list of them',
);

export const kmsKey = field.matching(
  /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/,
  'the ARN of a KMS key, arn:aws:kms:…:key/… (not of an alias)',
);

export const managedPolicy = field.matching(
  /^arn:aws[a-z-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/,
  'the ARN of a managed policy, arn:aws:iam::…:policy/…',
);

const RECEIVER_RIGHT = 'an e-mail address or the ARN of an SNS topic';

export const receivers = oneOrMore(
  field.matching(
    /^(arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]{1,256}|[^\s@:]+@[^\s@:]+\.[^\s@:]+)$/,
    RECEIVER_RIGHT,
  ),
  `${RECEIVER_RIGHT}, or a list of them`,
);

const TAG_CHARACTERS = String.raw`[\p{L}\p{Z}\p{N}_.:/=+\-@]`;
const TAG_RIGHT = 'letters, digits, spaces and _.:/=+-@';

export const tags = z.record(
  field.matching(
    new RegExp(`^(?![aA][wW][sS]:)${TAG_CHARACTERS}{1,128}$`, 'u'),
    `1 to 128 of ${TAG_RIGHT}, and not begin with aws:`,
  ),
  field.matching(new RegExp(`^${TAG_CHARACTERS}{1,256}$`, 'u'), `text of ${TAG_RIGHT}; put it in quotes`),
  { error: field.shouldBe('a mapping of tags to texts, such as { team: storage }') },
);

const LEAST_MIB = 256;
const MOST_MIB = 10_240;

export const memoryMib = field
  .wholeNumber(LEAST_MIB, `a whole number of MiB from ${LEAST_MIB} to ${MOST_MIB}`)
  .max(MOST_MIB, { error: field.shouldBe(`a whole number of MiB from ${LEAST_MIB} to ${MOST_MIB}`) });

const LOG_RETENTION_RIGHT = `a duration that CloudWatch knows, in days: ${LOG_RETENTION_DAYS.join(', ')}`;

/** In days. */
export const logRetention = field
  .elapsedMs(DAY_MS, LONGEST_LOG_DAYS * DAY_MS, LOG_RETENTION_RIGHT)
  .transform((ms) => ms / DAY_MS)
  .refine((days) => LOG_RETENTION_DAYS.includes(days), { error: `should be ${LOG_RETENTION_RIGHT}` });

export const pageUrl = field.matching(
  /^https:\/\/[^\s#]+$/,
  'a URL without a heading, such as https://git.example.com/cinderkeep/docs/runbook.md',
);

/** A text, or a list of such texts; a list in any case. */
function oneOrMore(item: z.ZodString, right: string) {
  return z.union([item.transform((only) => [only]), field.listOf(item, right)], {
    error: field.shouldBe(right),
  });
}
