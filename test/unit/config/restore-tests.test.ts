import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../../config/config.ts';
import { formatDeployedConfig, parseDeployedConfig } from '../../../config/deployed-config.ts';
import { toDeployedConfig } from '../../../config/to-deployed-config.ts';

const DAY_MS = 86_400_000;

function textOf(restoreTests: string, auth = 'env'): string {
  return `version: 1
deployment: acme
clouds: { prod: { auth: ${auth} } }
policies:
  nightly:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "30 3 * * *", timezone: Europe/Berlin }
    keep: { semantics: restic, daily: 7 }
    ${restoreTests}
`;
}

const WHEN = 'schedule: { cron: "0 12 * * sun" }';
const testsOf = (settings: string) =>
  parseConfig(textOf(`restoreTests: { ${settings} }`), 'p.yaml').deployment.policies.get('nightly')
    ?.restoreTests;

function messageOf(restoreTests: string, auth?: string): string {
  try {
    parseConfig(textOf(restoreTests, auth), 'p.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('restoreTests', () => {
  it('is nothing unless it is said', () => {
    expect(
      parseConfig(textOf(''), 'p.yaml').deployment.policies.get('nightly')?.restoreTests,
    ).toBeUndefined();
  });

  it('needs but a cron; the zone is that of the policy', () => {
    expect(testsOf(WHEN)).toEqual({
      schedule: { cron: '0 12 * * sun', timezone: 'Europe/Berlin' },
      pick: { kind: 'latest' },
      volumes: 10,
    });
  });

  it('takes all that can be said', () => {
    const settings =
      'schedule: { cron: "0 12 * * *", timezone: UTC }, pick: random, within: 90d, volumes: { share: 0.1 }, maxAge: 35d, ' +
      'hook: { url: "https://checks.example.com/restored?key=1", timeout: 10min }';
    expect(testsOf(settings)).toEqual({
      schedule: { cron: '0 12 * * *', timezone: 'UTC' },
      pick: { kind: 'random', withinMs: 90 * DAY_MS },
      volumes: { share: 0.1 },
      maxAgeMs: 35 * DAY_MS,
      hook: { kind: 'url', url: 'https://checks.example.com/restored?key=1', timeoutMs: 600_000 },
    });
  });

  it.each([
    ['pick: random', { pick: { kind: 'random', withinMs: 30 * DAY_MS } }],
    ['volumes: all', { volumes: 'all' }],
    [
      'hook: { url: "http://127.0.0.1:8080/" }',
      { hook: { kind: 'url', url: 'http://127.0.0.1:8080/', timeoutMs: 300_000 } },
    ],
    [
      'hook: { function: check-restored }',
      { hook: { kind: 'function', function: 'check-restored', timeoutMs: 300_000 } },
    ],
    [
      'hook: { function: "arn:aws:lambda:eu-central-1:111122223333:function:check" }',
      { hook: { kind: 'function', function: 'arn:aws:lambda:eu-central-1:111122223333:function:check' } },
    ],
  ])('takes %s', (settings, expected) => {
    expect(testsOf(`${WHEN}, ${settings}`)).toMatchObject(expected);
  });

  it.each([
    [
      'restoreTests: { pick: latest }',
      'restoreTests.schedule: is missing; should be when restores are tested',
    ],
    [
      `restoreTests: { ${WHEN}, volumes: 0 }`,
      'restoreTests.volumes: is the number 0; should be a number of volumes such as 10, all, or { share: 0.1 }',
    ],
    [`restoreTests: { ${WHEN}, volumes: { share: 10 } }`, 'restoreTests.volumes.share: is the number 10'],
    [`restoreTests: { ${WHEN}, within: 30d }`, 'restoreTests.within: is for pick: random'],
    [
      `restoreTests: { ${WHEN}, maxAge: 3mo }`,
      'restoreTests.maxAge: has months or years, which have no one length; should be a duration from 1d up',
    ],
    [`restoreTests: { ${WHEN}, picks: random }`, 'restoreTests.picks: is not a key here; did you mean pick?'],
    [
      `restoreTests: { ${WHEN}, hook: "https://checks.example.com" }`,
      'restoreTests.hook: is "https://checks.example.com"; should be { url: "https://…" } or { function: NAME }',
    ],
    [
      `restoreTests: { ${WHEN}, hook: { function: "arn:aws:lambda:eu-central-1:111122223333:function:f:3" } }`,
      'ARN without a version',
    ],
    [
      `restoreTests: { ${WHEN}, hook: { function: f, timeout: 2d } }`,
      'restoreTests.hook.timeout: should be a duration from 1min to 1d',
    ],
    ['restoreTests: { schedule: { cron: "0 12 * *" } }', 'restoreTests.schedule.cron'],
  ])('refuses %s', (settings, message) => {
    expect(messageOf(settings)).toContain(message);
  });

  it.each([
    'http://checks.example.com/s3cret',
    'https://me:s3cret@checks.example.com/',
    'checks.example.com/s3cret',
    'https://checks.example.com/#s3cret',
  ])('refuses the hook %s and does not repeat it', (url) => {
    const message = messageOf(`restoreTests: { ${WHEN}, hook: { url: "${url}" } }`);
    expect(message).toContain('restoreTests.hook.url: is not the URL of a hook');
    expect(message).not.toContain('s3cret');
  });

  it('needs a credential to restore with', () => {
    const auth = '{ read: { secret: r }, create: { secret: c }, prune: { secret: p }';
    expect(messageOf(`restoreTests: { ${WHEN} }`, `${auth} }`)).toContain(
      'policies.nightly.restoreTests: cannot be done, as clouds.prod.auth has no restore',
    );
    expect(messageOf(`restoreTests: { ${WHEN} }`, `${auth}, restore: env }`)).toBe('');
    expect(messageOf('', `${auth} }`)).toBe('');
  });

  it('comes with a deployment as it is', () => {
    const hook = 'hook: { function: check-restored }, pick: random, volumes: { share: 0.5 }, maxAge: 9d';
    const config = parseConfig(textOf(`restoreTests: { ${WHEN}, ${hook} }`), 'p.yaml');
    const deployed = parseDeployedConfig(formatDeployedConfig(toDeployedConfig(config)));
    expect(deployed.deployment).toEqual(config.deployment);
  });
});
