import { type Config, parseConfig } from '../../config/config.ts';

export const KMS_KEY_ARN = 'arn:aws:kms:eu-central-1:111122223333:key/0a1b2c3d-0a1b-0a1b-0a1b-0a1b2c3d4e5f';
export const SECRET_ARN = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:lab/backups-a1B2c3';
export const BOUNDARY_ARN = 'arn:aws:iam::111122223333:policy/developers';
export const TOPIC_ARN = 'arn:aws:sns:eu-central-1:111122223333:ops';

const MINIMAL = `version: 1
deployment: acme
clouds: { prod: { auth: { secret: cinderkeep/prod } } }
`;

const NIGHTLY = `
  nightly:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "30 3 * * mon-fri", timezone: Europe/Berlin, window: 30min }
    keep: { semantics: restic, daily: 7 }
`;

const EVERYTHING = `version: 1
deployment: acme
clouds:
  prod: { auth: { secret: cinderkeep/prod } }
  lab:
    auth:
      read: { secret: "${SECRET_ARN}" }
      create: { secret: lab/changes }
      prune: { secret: lab/changes }
      restore: { secret: lab/restores }
  attic: { auth: env }
policies:${NIGHTLY.trimEnd()}
    restoreTests: { schedule: { cron: "0 12 * * sun" }, hook: { function: check-restored } }
  weekly.lab:
    cloud: lab
    select: { volumes: { all: true } }
    schedule: { cron: "0 5 * * sun", timezone: America/St_Johns }
    keep: { semantics: restic, weekly: 4 }
    paused: true
aws:
  account: "111122223333"
  region: eu-central-1
  tags: { team: storage }
  vpc: vpc-0a1b2c3d
  subnets: [subnet-0a1b2c3d, subnet-0e4f5a6b]
  kmsKey: "${KMS_KEY_ARN}"
  permissionsBoundary: "${BOUNDARY_ARN}"
  alarmsTo: [ops@example.com, "${TOPIC_ARN}"]
  runbook: https://git.example.com/cinderkeep/docs/runbook.md
  dashboard: true
  metrics: true
  tracing: true
  memoryMib: 1024
  logRetention: 1096d
`;

/** A config with nothing but what is required, and some lines more. */
export function minimalConfig(...lines: readonly string[]): Config {
  return parseConfig(`${MINIMAL}${lines.join('\n')}\n`, 'minimal.yaml');
}

/** The same with one policy. */
export function nightlyConfig(...lines: readonly string[]): Config {
  return minimalConfig(`policies:${NIGHTLY}`, ...lines);
}

/** Several clouds and policies, and every setting of AWS. */
export function wholeConfig(): Config {
  return parseConfig(EVERYTHING, 'everything.yaml');
}
