import { describe, expect, it } from 'vitest';
import { InvalidRequestError } from '../../../lambdas/app/request-error.ts';
import { parseRequest } from '../../../lambdas/runtime/requests/parse-request.ts';
import type { FunctionName } from '../../../lib/function-bundle.ts';
import { REQUEST_SCHEMAS } from '../../support/request-schemas.ts';

const ID = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';

function parse(name: FunctionName, event: unknown): unknown {
  return parseRequest(REQUEST_SCHEMAS[name], event);
}

function refusalOf(name: FunctionName, event: unknown): string {
  try {
    parse(name, event);
  } catch (error) {
    if (error instanceof InvalidRequestError) return error.message;
    throw error;
  }
  return '';
}

describe('an event is taken as it is', () => {
  it.each<[FunctionName, unknown]>([
    ['create-backups', { trigger: 'manual', policy: 'nightly' }],
    ['create-backups', { trigger: 'manual', policy: 'nightly', volumeIds: [ID], type: 'full', dryRun: true }],
    ['follow-backups', { trigger: 'schedule' }],
    ['prune-backups', { trigger: 'schedule' }],
    [
      'prune-backups',
      { trigger: 'manual', policy: 'a', volumeIds: [ID], dryRun: true, maxDeletes: 0, maxDeleteShare: 1 },
    ],
    ['restore-backup', { backupId: ID }],
    [
      'restore-backup',
      {
        volumeId: ID,
        into: { volumeId: ID, name: 'unused' },
        overwrite: true,
        tryAnyway: true,
        cloud: 'prod',
      },
    ],
    ['restore-backup', { volumeId: ID, into: { original: true }, overwrite: false }],
    [
      'restore-backup',
      { serverId: ID, into: { namePrefix: 'r-', volumeType: 'ssd', availabilityZone: 'b' }, dryRun: true },
    ],
    ['test-restores', { trigger: 'manual' }],
    ['test-restores', { trigger: 'manual', policy: 'a', volumeIds: [ID], dryRun: true }],
    ['list-backups', {}],
    ['list-backups', { proved: false }],
    ['list-backups', { backupId: ID }],
    ['list-backups', { name: 'n', pinned: true, held: false, offset: 0, sort: 'status:asc,createdAt' }],
    ['list-backups', { deleted: true, volumeId: ID, policy: 'a', limit: 5, marker: ID, cloud: 'prod' }],
    ['pin-backup', { backupId: ID, pinned: true, reason: 'audit', by: 'ada', until: '2027-01-31' }],
    ['pin-backup', { backupId: ID, pinned: false }],
    ['report-coverage', { trigger: 'schedule' }],
    ['report-coverage', { trigger: 'manual' }],
    ['report-coverage', { trigger: 'manual', policy: 'nightly' }],
    [
      'list-backups',
      { volumeId: ID, policy: 'a', status: 'error', limit: 5, marker: ID, sortKey: 'name', sortDir: 'asc' },
    ],
  ])('%s %j', (name, event) => {
    expect(parse(name, event)).toEqual(event);
  });

  it('with the instant that EventBridge Scheduler writes, or one of another zone', () => {
    const slot = (text: string) =>
      parse('create-backups', { trigger: 'schedule', policy: 'nightly', slot: text });
    expect(slot('2026-11-23T03:30:00Z')).toMatchObject({ slot: new Date('2026-11-23T03:30:00Z') });
    expect(slot('2026-11-23T04:30:00.000+01:00')).toMatchObject({ slot: new Date('2026-11-23T03:30:00Z') });
  });

  it('with an instant to restore to, by its zone', () => {
    expect(parse('restore-backup', { volumeId: ID, at: '2026-11-23T13:00:00+01:00' })).toEqual({
      volumeId: ID,
      at: new Date('2026-11-23T12:00:00Z'),
    });
  });

  it('with ids in capitals, as some consoles show them', () => {
    expect(parse('list-backups', { backupId: ID.toUpperCase() })).toEqual({ backupId: ID });
  });
});

describe('an event is refused, by the name of what is wrong', () => {
  it.each<[FunctionName, unknown, string]>([
    [
      'prune-backups',
      { trigger: 'manual', dryrun: true },
      'event.dryrun is not a key here; did you mean dryRun?',
    ],
    [
      'create-backups',
      { trigger: 'manual', policy: 'a', volumeID: [ID] },
      'event.volumeID is not a key here; did you mean volumeIds?',
    ],
    [
      'create-backups',
      { trigger: 'manual', policy: 'a', slot: '2026-11-23T03:30:00Z' },
      'event.slot is not a key here; should be one of trigger, policy, volumeIds, type, dryRun',
    ],
    [
      'create-backups',
      { policy: 'a' },
      'event.trigger is missing; should be "schedule" (with policy and slot) or "manual" (with policy)',
    ],
    [
      'test-restores',
      { policy: 'a' },
      'event.trigger is missing; should be "schedule" (with policy and slot), "makeUp" or "manual"',
    ],
    [
      'test-restores',
      { trigger: 'schedule', policy: 'a' },
      'event.slot is missing; should be an instant with its zone, such as 2026-11-23T03:30:00Z',
    ],
    ['test-restores', { trigger: 'schedule', slot: 'now' }, 'event.policy is missing'],
    ['create-backups', { trigger: 'manual' }, 'event.policy is missing; should be the name of a policy'],
    [
      'create-backups',
      { trigger: 'schedule', policy: 'a', slot: '<aws.scheduler.scheduled-time>' },
      'event.slot is "<aws.scheduler.scheduled-time>"; should be an instant with its zone, such as 2026-11-23T03:30:00Z',
    ],
    [
      'create-backups',
      { trigger: 'schedule', policy: 'a', slot: '2026-11-23T03:30:00' },
      'event.slot is "2026-11-23T03:30:00"; should be an instant with its zone, such as 2026-11-23T03:30:00Z',
    ],
    [
      'create-backups',
      { trigger: 'manual', policy: 'a', volumeIds: [] },
      'event.volumeIds is an empty list; should be a list of volume ids; leave the key out for all',
    ],
    [
      'create-backups',
      { trigger: 'manual', policy: 'a', volumeIds: ['vol-1'] },
      `event.volumeIds.0 is "vol-1"; should be the id of a volume, such as ${ID}`,
    ],
    [
      'create-backups',
      { trigger: 'manual', policy: 'a', dryRun: 'true' },
      'event.dryRun is "true"; should be true or false',
    ],
    [
      'prune-backups',
      { trigger: 'manual', maxDeleteShare: 50 },
      'event.maxDeleteShare is the number 50; should be a share from 0 to 1, such as 0.5',
    ],
    [
      'restore-backup',
      { backupId: ID, into: { volume: ID } },
      'event.into.volume is not a key here; did you mean volumeId?',
    ],
    [
      'restore-backup',
      { backupId: ID, into: 'db-restored' },
      'event.into is "db-restored"; should be where to',
    ],
    [
      'restore-backup',
      { backupId: ID, force: true },
      'event.force is not a key here; should be one of backupId',
    ],
    [
      'restore-backup',
      { volumeId: ID, at: 'yesterday' },
      'event.at is "yesterday"; should be an instant with its zone',
    ],
    ['restore-backup', { serverId: 'web-1' }, 'event.serverId is "web-1"; should be the id of a server'],
    ['restore-backup', { trigger: 'manual', backupId: ID }, 'event.trigger is not a key here'],
    ['follow-backups', {}, 'event.trigger is missing; should be schedule or manual'],
    ['pin-backup', { backupId: ID, pinned: 'yes' }, 'event.pinned is "yes"; should be true or false'],
    ['pin-backup', { backupId: ID, reason: 'audit' }, 'event.pinned is missing'],
    [
      'report-coverage',
      {},
      'event.trigger is missing; should be "schedule" or "manual" (with policy, if it is about one)',
    ],
    ['report-coverage', { trigger: 'schedule', policy: 'a' }, 'event.policy is not a key here'],
    ['report-coverage', { trigger: 'manual', policies: ['a'] }, 'event.policies is not a key here'],
    ['list-backups', { backupId: 'x' }, `event.backupId is "x"; should be the id of a backup, such as ${ID}`],
    ['list-backups', { volumeId: ID, sortBy: 'name' }, 'event.sortBy is not a key here; did you mean sort?'],
    ['list-backups', { backupId: ID, policy: 'a' }, 'event.policy is not a key here'],
    ['list-backups', { deleted: false }, 'event.deleted is false; should be true; leave the key out'],
    ['list-backups', { deleted: true, status: 'error' }, 'event.status is not a key here'],
    ['list-backups', { held: 'yes' }, 'event.held is "yes"; should be true or false'],
    ['prune-backups', 'prune', 'event is "prune"; should be an event: a mapping of trigger'],
    ['prune-backups', null, 'event is empty; should be an event: a mapping of trigger'],
  ])('%s %j', (name, event, refusal) => {
    expect(refusalOf(name, event)).toContain(refusal);
  });

  it('with everything that is wrong at once', () => {
    expect(
      refusalOf('prune-backups', { trigger: 'cron', maxDeletes: -1, all: true }).split('\n'),
    ).toHaveLength(3);
  });
});
