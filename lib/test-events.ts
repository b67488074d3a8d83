import type { Config } from '../config/config.ts';
import { latestSlot } from '../lambdas/domain/slot.ts';
import type { FunctionName } from './function-bundle.ts';

/** Events by name; a name has at most 25 letters, digits, dots, hyphens and underscores. @see Lambda console, "Create new event" */
export type TestEvents = Readonly<Record<string, object>>;

/** For whom the config has no policy yet. */
const SOME_POLICY = 'nightly';
/** To be replaced in the console: the id of a volume, of a backup, of a server. */
const VOLUME_ID = '11111111-1111-4111-8111-111111111111';
const BACKUP_ID = '22222222-2222-4222-8222-222222222222';
const SERVER_ID = '33333333-3333-4333-8333-333333333333';
/** Templates do not change from day to day: the slot is the newest before this one. */
const NEWEST_AT = new Date('2026-11-01T00:00:00Z');

/**
 * What people want to send a function by hand, ready in its console: with a policy of the config, and with ids to be replaced. The same JSON that
 * schedules and command lines send.
 */
export function createTestEvents({ deployment }: Config): Readonly<Record<FunctionName, TestEvents>> {
  const [some] = deployment.policies.values();
  const policy = some?.name ?? SOME_POLICY;
  const slot = some === undefined ? NEWEST_AT : latestSlot(some.schedule, NEWEST_AT);
  return {
    'create-backups': {
      'back-up-one-volume-now': { trigger: 'manual', policy, volumeIds: [VOLUME_ID] },
      'full-backup-of-one-volume': { trigger: 'manual', policy, volumeIds: [VOLUME_ID], type: 'full' },
      'back-up-policy-now': { trigger: 'manual', policy },
      'dry-run-of-policy': { trigger: 'manual', policy, dryRun: true },
      'repeat-a-slot': { trigger: 'schedule', policy, slot: slot.toISOString() },
    },
    'follow-backups': {
      'follow-now': { trigger: 'manual' },
    },
    'prune-backups': {
      'dry-run-of-pruning': { trigger: 'manual', dryRun: true },
      'prune-policy-now': { trigger: 'manual', policy },
      'prune-one-volume-now': { trigger: 'manual', volumeIds: [VOLUME_ID] },
      'dry-run-beyond-guards': {
        trigger: 'manual',
        policy,
        maxDeletes: 1000,
        maxDeleteShare: 1,
        dryRun: true,
      },
    },
    'restore-backup': {
      'dry-run-of-latest': { volumeId: VOLUME_ID, dryRun: true },
      'latest-into-new-volume': { volumeId: VOLUME_ID, into: { namePrefix: 'restored-' } },
      'as-of-an-instant': {
        volumeId: VOLUME_ID,
        at: NEWEST_AT.toISOString(),
        into: { namePrefix: 'restored-' },
      },
      'backup-into-new-volume': { backupId: BACKUP_ID, into: { name: 'restored' } },
      'backup-over-a-volume': { backupId: BACKUP_ID, into: { volumeId: VOLUME_ID }, overwrite: true },
      'dry-run-of-server': {
        serverId: SERVER_ID,
        at: NEWEST_AT.toISOString(),
        into: { namePrefix: 'restored-' },
        dryRun: true,
      },
      'server-into-new-volumes': {
        serverId: SERVER_ID,
        at: NEWEST_AT.toISOString(),
        into: { namePrefix: 'restored-' },
      },
    },
    'test-restores': {
      'dry-run-of-tests': { trigger: 'manual', policy, dryRun: true },
      'test-policy-now': { trigger: 'manual', policy },
      'test-one-volume-now': { trigger: 'manual', volumeIds: [VOLUME_ID] },
    },
    'list-backups': {
      'newest-fifty': { limit: 50 },
      'of-one-volume': { volumeId: VOLUME_ID },
      'of-policy': { policy, limit: 50 },
      'failed-ones': { status: 'error' },
      'never-proved': { proved: false, limit: 50 },
      'pinned-ones': { pinned: true },
      'what-was-deleted': { deleted: true, limit: 50 },
      'one-with-its-story': { backupId: BACKUP_ID },
    },
    'pin-backup': {
      'pin-a-backup': { backupId: BACKUP_ID, pinned: true, reason: 'before the migration', by: 'me' },
      'pin-until-a-day': {
        backupId: BACKUP_ID,
        pinned: true,
        reason: 'an audit',
        by: 'me',
        until: '2030-12-31',
      },
      'unpin-a-backup': { backupId: BACKUP_ID, pinned: false },
    },
    'report-coverage': {
      'what-is-not-covered': { trigger: 'manual' },
      'what-policy-leaves-open': { trigger: 'manual', policy },
    },
  };
}
