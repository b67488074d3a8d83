import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  type ConfigInput,
  defineConfig,
  loadConfig,
  parseConfig,
} from '../../../config/config.ts';

const VALID = `version: 1
deployment: acme
clouds:
  prod:
    auth: env
policies:
  nightly:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "30 3 * * *", timezone: Europe/Berlin }
    keep: { semantics: restic, daily: 7 }
`;

/** The valid config with one piece of its text replaced. */
function changed(from: string, to: string): string {
  expect(VALID).toContain(from);
  return VALID.replace(from, to);
}

function messageOf(text: string): string {
  try {
    parseConfig(text, 'p.yaml');
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('a config', () => {
  const policyOf = (text: string) => parseConfig(text, 'p.yaml').deployment.policies.get('nightly');

  it('needs little, and the rest is what a careful operator would choose', () => {
    const { deployment, clouds, aws } = parseConfig(VALID, 'p.yaml');
    expect(deployment.name).toBe('acme');
    expect(deployment.clouds.get('prod')).toEqual({
      name: 'prod',
      inFlight: 8,
      restoresInFlight: 4,
      stuckAfterMs: 12 * 3_600_000,
    });
    expect(clouds.get('prod')).toEqual({
      name: 'prod',
      auth: { kind: 'env' },
      interface: 'public',
      limits: { inFlight: 8, restoresInFlight: 4, requestsPerSecond: 10, stuckAfterMs: 12 * 3_600_000 },
    });
    expect(aws).toEqual({
      name: 'cinderkeep-acme',
      tags: {},
      onRemoval: 'keep',
      alarmsTo: [],
      runbook: 'docs/runbook.md',
      dashboard: false,
      metrics: false,
      tracing: false,
      testEvents: true,
      memoryMib: 256,
      logRetentionDays: 90,
    });
    expect(deployment.policies.get('nightly')).toEqual({
      name: 'nightly',
      formerly: [],
      cloud: 'prod',
      select: { volumes: { all: true } },
      schedule: { cron: '30 3 * * *', timezone: 'Europe/Berlin', windowMs: 0, makeUpMs: 12 * 3_600_000 },
      full: { kind: 'auto' },
      chain: {
        maxLength: 60,
        maxAge: { years: 0, months: 0, days: 90, hours: 0, minutes: 0 },
        allowForeignParent: false,
      },
      keep: { daily: 7 },
      billedBy: 'provisioned',
      changeRate: 0.05,
      maxAgeStrict: false,
      atLeast: 1,
      guards: { maxDeleteShare: 0.5, graceDays: 7 },
      inUse: 'snapshot',
      onVolumeGone: 'keep',
      paused: false,
    });
  });

  it('says everything that there is to say', () => {
    const text = `# all keys
version: 1
deployment: acme_2
clouds:
  prod:
    auth: { secret: cinderkeep/prod }
    region: RegionOne
    interface: internal
    ca: /etc/ssl/cloud.pem
    proxy: http://proxy.example.com:3128
    limits: { inFlight: unlimited, restoresInFlight: 2, requestsPerSecond: 2.5, stuckAfter: 1d }
  lab: { auth: { cloudsYaml: lab } }
  attic: { auth: { read: env, create: { secret: c }, prune: { cloudsYaml: p } } }
policies:
  nightly:
    cloud: prod
    formerly: [daily, old.nightly]
    select:
      volumes:
        ids: [8ddb28b9-6294-491a-ad13-1f68f0fa2282]
        names: ["db-*"]
        metadata: { backup: nightly }
        availabilityZones: [nova]
        volumeTypes: [ssd]
        servers: [46bc0983-f1bc-4c8d-a492-b763405b9896]
      except: { names: ["scratch-*"] }
    schedule: { cron: "30 3 * * 1-5", timezone: UTC, window: 30min, makeUp: 0min }
    full: { every: 1y6mo }
    chain: { maxLength: 7, maxAge: unlimited, allowForeignParent: true }
    keep:
      { semantics: restic, last: all, hourly: 0, daily: 7, weekly: 4, monthly: 12, yearly: 2, within: 48h,
        withinHourly: 2d, withinDaily: 1w, withinWeekly: 1mo, withinMonthly: 1y, withinYearly: 10y }
    billedBy: stored
    changeRate: 0.1
    maxAge: 800d
    maxAgeStrict: true
    atLeast: 0
    guards: { maxDeletes: 10, maxDeleteShare: 1, graceDays: 0 }
    rpo: 26h
    inUse: force
    onVolumeGone: apply
    container: cold
    paused: true
aws: { region: eu-central-1, dashboard: true }
`;
    const { deployment, clouds, aws } = parseConfig(text, 'p.yaml');
    const none = { years: 0, months: 0, days: 0, hours: 0, minutes: 0 };
    expect(clouds.get('prod')).toEqual({
      name: 'prod',
      auth: { kind: 'secret', name: 'cinderkeep/prod' },
      region: 'RegionOne',
      interface: 'internal',
      ca: '/etc/ssl/cloud.pem',
      proxy: 'http://proxy.example.com:3128',
      limits: {
        inFlight: 'unlimited',
        restoresInFlight: 2,
        requestsPerSecond: 2.5,
        stuckAfterMs: 86_400_000,
      },
    });
    expect(clouds.get('lab')?.auth).toEqual({ kind: 'cloudsYaml', name: 'lab' });
    expect(clouds.get('attic')?.auth).toEqual({
      kind: 'perOperation',
      read: { kind: 'env' },
      create: { kind: 'secret', name: 'c' },
      prune: { kind: 'cloudsYaml', name: 'p' },
    });
    expect(aws).toMatchObject({ region: 'eu-central-1', dashboard: true });
    expect(deployment.policies.get('nightly')).toEqual({
      name: 'nightly',
      cloud: 'prod',
      formerly: ['daily', 'old.nightly'],
      select: {
        volumes: {
          ids: ['8ddb28b9-6294-491a-ad13-1f68f0fa2282'],
          names: ['db-*'],
          metadata: { backup: 'nightly' },
          availabilityZones: ['nova'],
          volumeTypes: ['ssd'],
          servers: ['46bc0983-f1bc-4c8d-a492-b763405b9896'],
        },
        except: { names: ['scratch-*'] },
      },
      schedule: { cron: '30 3 * * 1-5', timezone: 'UTC', windowMs: 1_800_000, makeUpMs: 0 },
      full: { kind: 'everyDuration', duration: { ...none, years: 1, months: 6 } },
      chain: { maxLength: 7, allowForeignParent: true },
      keep: {
        last: 'all',
        daily: 7,
        weekly: 4,
        monthly: 12,
        yearly: 2,
        within: { ...none, hours: 48 },
        withinHourly: { ...none, days: 2 },
        withinDaily: { ...none, days: 7 },
        withinWeekly: { ...none, months: 1 },
        withinMonthly: { ...none, years: 1 },
        withinYearly: { ...none, years: 10 },
      },
      billedBy: 'stored',
      changeRate: 0.1,
      maxAge: { ...none, days: 800 },
      maxAgeStrict: true,
      atLeast: 0,
      guards: { maxDeletes: 10, maxDeleteShare: 1, graceDays: 0 },
      rpoMs: 26 * 3_600_000,
      inUse: 'force',
      onVolumeGone: 'apply',
      container: 'cold',
      paused: true,
    });
  });

  it.each([
    ['full: auto', { kind: 'auto' }],
    ['full: always', { kind: 'always' }],
    ['full: { every: 7 }', { kind: 'everyCount', count: 7 }],
    [
      'full: { every: 30d }',
      { kind: 'everyDuration', duration: { years: 0, months: 0, days: 30, hours: 0, minutes: 0 } },
    ],
    ['full: { cron: "30 3 * * 0" }', { kind: 'cron', cron: '30 3 * * 0' }],
  ])('places fulls: %s', (line, expected) => {
    expect(policyOf(changed('    keep:', `    ${line}\n    keep:`))?.full).toEqual(expected);
  });

  it('takes container: null for none', () => {
    expect(policyOf(changed('    keep:', '    container: null\n    keep:'))).not.toHaveProperty('container');
  });

  it('may share what it says by anchors', () => {
    const text = `${VALID}  weekly:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "0 5 * * 6", timezone: UTC }
    keep: &long { semantics: restic, weekly: 8 }
  monthly:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "0 6 1 * *", timezone: UTC }
    keep: *long
`;
    expect(parseConfig(text, 'p.yaml').deployment.policies.get('monthly')?.keep).toEqual({ weekly: 8 });
  });

  it('may have no policies yet, and a byte order mark', () => {
    const text = '\uFEFFversion: 1\ndeployment: acme\nclouds: { prod: { auth: env } }\n';
    expect(parseConfig(text, 'p.yaml').deployment.policies.size).toBe(0);
  });
});

describe('a config is refused with the place, the key, what is wrong and what would be right', () => {
  const DURATION = 'should be a duration such as 30min, 12h, 7d, 4w, 6mo or 1y6mo';
  const FULL = 'should be auto, always, { every: 7 }, { every: 30d } or { cron: "30 3 * * 0" }';
  const PLACE = 'should be { secret: NAME }, { cloudsYaml: NAME } or the word env';
  const AUTH = `${PLACE}, or one of these for each of read, create, prune and restore`;

  it.each([
    // Keys
    [
      'an unknown key',
      '    cloud: prod',
      '    cluod: prod',
      [
        'p.yaml:7:3: policies.nightly.cloud: is missing; should be the name of one of the clouds',
        'p.yaml:8:5: policies.nightly.cluod: is not a key here; did you mean cloud?',
      ],
    ],
    [
      'an unknown key at the top',
      'version: 1',
      'version: 1\nretention: 7',
      [
        'p.yaml:2:1: retention: is not a key here; should be one of version, deployment, clouds, policies, aws',
      ],
    ],
    [
      'an unknown key deep inside',
      'daily: 7',
      'daily: 7, dayly: 7, monthyl: 1',
      [
        'p.yaml:11:42: policies.nightly.keep.dayly: is not a key here; did you mean daily?',
        'p.yaml:11:52: policies.nightly.keep.monthyl: is not a key here; did you mean monthly?',
      ],
    ],
    [
      'an unknown key in another case',
      '    keep:',
      '    maxage: 3d\n    keep:',
      ['p.yaml:11:5: policies.nightly.maxage: is not a key here; did you mean maxAge?'],
    ],
    [
      'a duplicate key',
      '    cloud: prod',
      '    cloud: prod\n    cloud: lab',
      ['p.yaml:9:5: policies.nightly.cloud: is there twice; should be there once'],
    ],
    [
      'a missing key',
      'deployment: acme\n',
      '',
      [
        'p.yaml:1:1: deployment: is missing; should be 1 to 32 of a-z, 0-9 and _; a hyphen would end it in the names of backups, ck-<deployment>-<policy>-…',
      ],
    ],
    // Names
    [
      'a hyphen in the deployment',
      'acme',
      'ac-me',
      [
        'p.yaml:2:13: deployment: is "ac-me"; should be 1 to 32 of a-z, 0-9 and _; a hyphen would end it in the names of backups, ck-<deployment>-<policy>-…',
      ],
    ],
    [
      'a policy name in capitals',
      '  nightly:',
      '  Nightly:',
      [
        'p.yaml:7:3: policies.Nightly: is "Nightly"; should be a policy name: 1 to 48 of a-z, 0-9, hyphen, underscore and dot, beginning with a letter or a digit',
      ],
    ],
    [
      'an undefined cloud',
      'cloud: prod',
      'cloud: prd',
      ['p.yaml:8:12: policies.nightly.cloud: is "prd", which clouds does not define; did you mean prod?'],
    ],
    [
      'an undefined cloud that is like no other',
      'cloud: prod',
      'cloud: elsewhere',
      [
        'p.yaml:8:12: policies.nightly.cloud: is "elsewhere", which clouds does not define; should be one of prod',
      ],
    ],
    [
      'no cloud at all',
      'clouds:\n  prod:\n    auth: env',
      'clouds: {}',
      [
        'p.yaml:3:1: clouds: is empty; should have at least one cloud',
        'p.yaml:6:12: policies.nightly.cloud: is "prod", which clouds does not define; should be one of (none is defined)',
      ],
    ],
    [
      'a former name that is taken',
      '    keep:',
      '    formerly: [old, nightly]\n    keep:',
      [
        'p.yaml:11:21: policies.nightly.formerly.1: is "nightly", the name of a policy; should be a name that no other policy has or had',
      ],
    ],
    [
      'a former name of two',
      '    keep:',
      '    formerly: [old, old]\n    keep:',
      [
        'p.yaml:11:21: policies.nightly.formerly.1: is "old", also a former name of nightly; should be a name that no other policy has or had',
      ],
    ],
    // Clouds
    [
      'a cloud without credential',
      '    auth: env',
      '    region: RegionOne',
      [`p.yaml:4:3: clouds.prod.auth: is missing; ${AUTH}`],
    ],
    [
      'a credential in the config, which is not repeated',
      'auth: env',
      'auth: hunter2',
      [`p.yaml:5:11: clouds.prod.auth: does not say where the credential is; ${AUTH}`],
    ],
    [
      'a password in the config, which is not repeated',
      'auth: env',
      'auth: { password: hunter2 }',
      [`p.yaml:5:5: clouds.prod.auth: does not say where the credential is; ${AUTH}`],
    ],
    [
      'a secret without a name',
      'auth: env',
      'auth: { secret: 7 }',
      ['p.yaml:5:21: clouds.prod.auth.secret: is the number 7; should be the name of a secret'],
    ],
    [
      'credentials of which one is missing',
      'auth: env',
      'auth: { read: env, create: { secret: c } }',
      [`p.yaml:5:5: clouds.prod.auth.prune: is missing; ${PLACE}`],
    ],
    [
      'a credential for an operation in the config, which is not repeated',
      'auth: env',
      'auth: { read: env, create: env, prune: hunter2 }',
      [`p.yaml:5:44: clouds.prod.auth.prune: does not say where the credential is; ${PLACE}`],
    ],
    [
      'a credential for an operation that there is not',
      'auth: env',
      'auth: { read: env, create: env, delete: env, prune: env }',
      [
        'p.yaml:5:37: clouds.prod.auth.delete: is not a key here; should be one of read, create, prune, restore',
      ],
    ],
    [
      'a proxy that is none, which is not repeated',
      'auth: env',
      'auth: env\n    proxy: socks://u:hunter2@x',
      [
        'p.yaml:6:12: clouds.prod.proxy: is not a proxy; should be a URL such as http://proxy.example.com:3128',
      ],
    ],
    [
      'nothing in flight',
      'auth: env',
      'auth: env\n    limits: { inFlight: 0 }',
      [
        'p.yaml:6:25: clouds.prod.limits.inFlight: is the number 0; should be a whole number from 1 up, or unlimited',
      ],
    ],
    [
      'an unknown interface',
      'auth: env',
      'auth: env\n    interface: publik',
      ['p.yaml:6:16: clouds.prod.interface: is "publik"; should be public, internal or admin'],
    ],
    // Schedule
    [
      'a bad cron',
      '30 3 * * *',
      '30 25 * * *',
      [
        'p.yaml:10:23: policies.nightly.schedule.cron: hour: "25" is not understood; write * or 0-23, with lists, ranges and steps',
      ],
    ],
    [
      'a cron that never comes',
      '30 3 * * *',
      '30 3 30 2 *',
      [
        'p.yaml:10:23: policies.nightly.schedule.cron: never comes: no month of 2 has a day 30; choose a day that the month has',
      ],
    ],
    [
      'an unknown zone',
      'Europe/Berlin',
      'Europe/Berlni',
      [
        'p.yaml:10:47: policies.nightly.schedule.timezone: is "Europe/Berlni", a time zone that nobody knows; did you mean Europe/Berlin?',
      ],
    ],
    [
      'a zone like no other',
      'Europe/Berlin',
      'Moon',
      [
        'p.yaml:10:47: policies.nightly.schedule.timezone: is "Moon"; should be the IANA name of a time zone, such as Europe/Berlin or UTC',
      ],
    ],
    // Durations
    [
      'a duration without unit',
      'timezone:',
      'window: 30, timezone:',
      [`p.yaml:10:45: policies.nightly.schedule.window: is 30 without a unit; ${DURATION}`],
    ],
    [
      'a quoted duration without unit',
      'timezone:',
      'window: "30", timezone:',
      [
        'p.yaml:10:45: policies.nightly.schedule.window: "30" has no unit after 30; write it such as 30min, 12h, 7d, 4w, 6mo or 1y6mo',
      ],
    ],
    [
      'a bare m',
      'timezone:',
      'makeUp: 30m, timezone:',
      [
        'p.yaml:10:45: policies.nightly.schedule.makeUp: "30m" is ambiguous; write 30min for minutes or 30mo for months',
      ],
    ],
    [
      'months where a length is needed',
      'timezone:',
      'makeUp: 1mo, timezone:',
      [
        'p.yaml:10:45: policies.nightly.schedule.makeUp: has months or years, which have no one length; should be a duration from 0min to 366d, such as 12h',
      ],
    ],
    [
      'a window that is too long',
      'timezone:',
      'window: 25h, timezone:',
      [
        'p.yaml:10:45: policies.nightly.schedule.window: should be a duration from 0min to 24h, such as 30min',
      ],
    ],
    [
      'a maxAge of nothing',
      '    keep:',
      '    maxAge: 0d\n    keep:',
      ['p.yaml:11:13: policies.nightly.maxAge: is no time at all; should be longer than 0'],
    ],
    // Selection
    [
      'an empty selection',
      '{ all: true }',
      '{}',
      [
        'p.yaml:9:15: policies.nightly.select.volumes: selects nothing; should have at least one of all: true, ids, names, metadata, availabilityZones, volumeTypes or servers',
      ],
    ],
    [
      'a selection that excludes all',
      '{ all: true }',
      '{ all: true }, except: { all: true }',
      [
        'p.yaml:9:39: policies.nightly.select.except: excludes every volume, so that none is left; should name the volumes to leave out',
      ],
    ],
    [
      'an empty list of names',
      '{ all: true }',
      '{ names: [] }',
      [
        'p.yaml:9:26: policies.nightly.select.volumes.names: is an empty list; should be a list of names, in which * and ? are wildcards; leave the key out if there is nothing to list',
      ],
    ],
    [
      'empty metadata',
      '{ all: true }',
      '{ metadata: {} }',
      [
        'p.yaml:9:26: policies.nightly.select.volumes.metadata: is an empty mapping; should be a mapping of metadata keys to values; leave it out if there is none',
      ],
    ],
    [
      'metadata that is no text',
      '{ all: true }',
      '{ metadata: { backup: true } }',
      [
        'p.yaml:9:46: policies.nightly.select.volumes.metadata.backup: is true; should be text; put it in quotes',
      ],
    ],
    [
      'all: false',
      'all: true',
      'all: false',
      ['p.yaml:9:31: policies.nightly.select.volumes.all: is false; should be true, or left out'],
    ],
    // Keeping
    [
      'a policy without keep',
      '    keep: { semantics: restic, daily: 7 }\n',
      '',
      [
        'p.yaml:7:3: policies.nightly.keep: is missing; should be keep rules: a mapping of semantics, last, hourly, daily, weekly, monthly, yearly, within, withinHourly, withinDaily, withinWeekly, withinMonthly, withinYearly',
      ],
    ],
    [
      'a policy that keeps nothing',
      ', daily: 7',
      '',
      [
        'p.yaml:11:5: policies.nightly.keep: keeps nothing; should have at least one of last, hourly, daily, weekly, monthly, yearly, within, withinHourly, withinDaily, withinWeekly, withinMonthly, withinYearly',
      ],
    ],
    [
      'a policy that keeps none of anything',
      'daily: 7',
      'daily: 0, last: 0',
      [
        'p.yaml:11:5: policies.nightly.keep: keeps nothing; should have at least one of last, hourly, daily, weekly, monthly, yearly, within, withinHourly, withinDaily, withinWeekly, withinMonthly, withinYearly',
      ],
    ],
    [
      'rules without semantics',
      'semantics: restic, ',
      '',
      [
        'p.yaml:11:5: policies.nightly.keep.semantics: is missing; should be restic: "7 daily" means different things in different tools',
      ],
    ],
    [
      'a count that is none',
      'daily: 7',
      'daily: -1',
      [
        'p.yaml:11:39: policies.nightly.keep.daily: is the number -1; should be a whole number from 0 up, or all',
      ],
    ],
    [
      'a count that is a fraction',
      'daily: 7',
      'daily: 1.5',
      [
        'p.yaml:11:39: policies.nightly.keep.daily: is the number 1.5; should be a whole number from 0 up, or all',
      ],
    ],
    [
      'a count that is a word',
      'daily: 7',
      'daily: every',
      ['p.yaml:11:39: policies.nightly.keep.daily: is "every"; should be a whole number from 0 up, or all'],
    ],
    [
      'a share over 1',
      '    keep:',
      '    guards: { maxDeleteShare: 50 }\n    keep:',
      [
        'p.yaml:11:31: policies.nightly.guards.maxDeleteShare: is the number 50; should be a share from 0 to 1, such as 0.5',
      ],
    ],
    [
      'a strict maxAge without maxAge',
      '    keep:',
      '    maxAgeStrict: true\n    keep:',
      [
        'p.yaml:11:19: policies.nightly.maxAgeStrict: is true without a maxAge; should be left out, or maxAge be given',
      ],
    ],
    // Fulls
    [
      'an unknown placement of fulls',
      '    keep:',
      '    full: weekly\n    keep:',
      [`p.yaml:11:11: policies.nightly.full: is "weekly"; ${FULL}`],
    ],
    [
      'two placements of fulls',
      '    keep:',
      '    full: { every: 7, cron: "30 3 * * 0" }\n    keep:',
      [`p.yaml:11:5: policies.nightly.full: is a mapping; ${FULL}`],
    ],
    [
      'a bad duration between fulls',
      '    keep:',
      '    full: { every: 30m }\n    keep:',
      [
        'p.yaml:11:20: policies.nightly.full.every: "30m" is ambiguous; write 30min for minutes or 30mo for months',
      ],
    ],
    [
      'a bad cron for fulls',
      '    keep:',
      '    full: { cron: "30 3 * *" }\n    keep:',
      [
        'p.yaml:11:19: policies.nightly.full.cron: "30 3 * *" has 4 fields; write the five: minute hour day-of-month month day-of-week',
      ],
    ],
    [
      'fulls that fall on no slot',
      '    keep:',
      '    full: { cron: "0 4 * * 0" }\n    keep:',
      [
        'p.yaml:11:19: policies.nightly.full.cron: never falls on a slot of "30 3 * * *"; should pick some of the schedule’s slots',
      ],
    ],
    // The file
    ['another version', 'version: 1', 'version: 2', ['p.yaml:1:10: version: is the number 2; should be 1']],
    [
      'a key without value',
      'auth: env',
      'auth: env\n    region:',
      ['p.yaml:6:5: clouds.prod.region: is empty; should be the name of a region'],
    ],
    [
      'a list for a mapping',
      '    auth: env',
      '    - auth',
      [
        'p.yaml:4:3: clouds.prod: is a list; should be a cloud: a mapping of auth, region, interface, ca, proxy, limits',
      ],
    ],
    [
      'an alias of nothing',
      'Europe/Berlin',
      '*zone',
      [
        'p.yaml:10:47: policies.nightly.schedule.timezone: is not YAML: *zone refers to nothing; should be an alias of an anchor &zone above it',
      ],
    ],
  ])('%s', (_rule, from, to, expected) => {
    expect(messageOf(changed(from, to)).split('\n')).toEqual(expected);
  });

  it.each([
    [
      'an empty file',
      '',
      'p.yaml:1:1: is empty; should be a mapping of version, deployment, clouds and policies',
    ],
    [
      'comments alone',
      '# later\n',
      'p.yaml:1:1: is empty; should be a mapping of version, deployment, clouds and policies',
    ],
    [
      'a sentence',
      'hello world',
      'p.yaml:1:1: is not a mapping; should be a mapping of version, deployment, clouds and policies',
    ],
    [
      'a list',
      '- a\n- b\n',
      'p.yaml:1:1: is not a mapping; should be a mapping of version, deployment, clouds and policies',
    ],
    ['several documents', 'a: 1\n---\nb: 2\n', 'p.yaml:2:1: has several YAML documents; should be one'],
  ])('%s', (_rule, text, expected) => {
    expect(messageOf(text)).toBe(expected);
  });

  it.each([
    [
      'a bracket that is never closed',
      'version: [1\n',
      /^p\.yaml:2:1: is not YAML: .*; should be YAML 1\.2$/,
    ],
    [
      'a tab for indentation',
      'clouds:\n\tprod: x\n',
      /^p\.yaml:2:\d: .*is not YAML: .*; should be YAML 1\.2$/m,
    ],
    [
      'an alias bomb',
      `a: &a [x,x,x,x,x,x,x,x,x]\n${bomb()}`,
      /^p\.yaml: has too many aliases; should have fewer$/,
    ],
  ])('%s', (_rule, text, expected) => {
    expect(messageOf(text)).toMatch(expected);
  });

  it('with all of its problems at once, in the order of the file', () => {
    const text = VALID.replace('acme', 'ac-me')
      .replace('prod\n', 'prd\n')
      .replace('30 3', '30 25')
      .replace('daily', 'dayly');
    const places = messageOf(text)
      .split('\n')
      .map((line) => line.split(' ').slice(0, 2).join(' '));
    expect(places).toEqual([
      'p.yaml:2:13: deployment:',
      'p.yaml:8:12: policies.nightly.cloud:',
      'p.yaml:10:23: policies.nightly.schedule.cron:',
      'p.yaml:11:32: policies.nightly.keep.dayly:',
    ]);
  });

  it('with problems that a program can read', () => {
    const error = expectConfigError(() => parseConfig(changed('acme', 'ac-me'), 'p.yaml'));
    expect(error.file).toBe('p.yaml');
    expect(error.problems).toEqual([
      { line: 2, column: 13, key: 'deployment', text: expect.stringContaining('is "ac-me"') },
    ]);
  });
});

describe('a config file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'cinderkeep-config-'));

  it('is read from disk and named in messages', () => {
    const file = join(directory, 'policies.yaml');
    writeFileSync(file, VALID);
    expect(loadConfig(file).deployment.policies.has('nightly')).toBe(true);
    writeFileSync(file, changed('acme', 'ac-me'));
    expect(expectConfigError(() => loadConfig(file)).message).toContain(`${file}:2:13: deployment: `);
  });

  it.each([
    [
      'that is not there',
      join(directory, 'nowhere.yaml'),
      'no such file; should be the path of a config file, by default config/policies.yaml',
    ],
    ['that is a directory', directory, 'is a directory; should be a config file'],
  ])('%s is refused', (_rule, file, text) => {
    expect(expectConfigError(() => loadConfig(file)).message).toBe(`${file}: ${text}`);
  });
});

function expectConfigError(action: () => unknown): ConfigError {
  try {
    action();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('no error where a ConfigError was expected');
}

function bomb(): string {
  const letters = [...'abcdefgh'];
  return letters
    .map(
      (letter, index) =>
        `${letters[index + 1] ?? 'z'}: &${letters[index + 1] ?? 'z'} [${Array(9).fill(`*${letter}`)}]`,
    )
    .join('\n');
}

describe('a config in code', () => {
  const settings: ConfigInput = {
    version: 1,
    deployment: 'acme',
    clouds: { prod: { auth: 'env' } },
    policies: {
      nightly: {
        cloud: 'prod',
        select: { volumes: { all: true } },
        schedule: { cron: '30 3 * * *', timezone: 'Europe/Berlin' },
        keep: { semantics: 'restic', daily: 7 },
      },
    },
  };

  it('is what the same config in a file is', () => {
    expect(defineConfig(settings)).toEqual(parseConfig(VALID, 'p.yaml'));
  });

  it('is refused with the same words, but for the place', () => {
    const wrong = { ...settings, deployment: 'ac-me', aws: { vpc: 'vpc-0abc' } };
    expect(() => defineConfig(wrong)).toThrow(ConfigError);
    expect(() => defineConfig(wrong)).toThrow(
      /^config: deployment: is "ac-me"; should be 1 to 32 .*\nconfig: aws.vpc: is there without subnets/,
    );
  });
});
