import { OPERATIONS, type Operation } from '../lambdas/domain/operation.ts';
import type { FunctionName } from './function-bundle.ts';

/** What a function needs of AWS, and what its failing means. */
export interface FunctionDefinition {
  /** For the console. */
  readonly description: string;
  /** What people lose while this fails: the first line of its alarm. */
  readonly errorImpact: string;
  /** The heading in `docs/runbook.md` that says what to do. */
  readonly runbook: `#${string}`;
  readonly memoryMib: number;
  readonly timeoutMinutes: number;
  /** An event that waited longer for a free place is not run any more: by then others have done its work. */
  readonly maxEventAgeMinutes: number;
  readonly catalog: CatalogAccess;
  /** Called by the clock, with `{"trigger":"schedule"}`, whatever the policies say. */
  readonly pulse?: Pulse;
  /** What it does to the clouds: it can read the secrets for this and no others. */
  readonly operations: readonly Operation[];
  /** Brings tests of restores to their end: it can invoke the functions that policies name as hooks, and no others. */
  readonly asksHooks?: true;
}

export interface Pulse {
  /** As EventBridge Scheduler writes it, in UTC: `rate(1 minute)`, `cron(0 6 * * ? *)`. */
  readonly expression: string;
  readonly description: string;
  /** For so long it is tried to hand the call over; not for longer than until the next one. */
  readonly deliveryMinutes: number;
}

/** What a function does with the catalog: `npm run test:runtime` shows that it is all that it does, and no more. */
export interface CatalogAccess {
  readonly reads: readonly ('GetItem' | 'Query')[];
  readonly writes: readonly ('PutItem' | 'UpdateItem' | 'DeleteItem')[];
  readonly indexes: readonly ('work' | 'decisions')[];
}

/**
 * Whoever has a cloud's lease does all the work that there is on it. A slot of 10,000 volumes took 181 MiB where Node was held to this memory;
 * most of the time that is paid for is waiting, in which a processor's share counts for nothing.
 */
const WORKER: Pick<FunctionDefinition, 'memoryMib' | 'timeoutMinutes' | 'catalog' | 'operations'> = {
  memoryMib: 256,
  timeoutMinutes: 15,
  catalog: {
    reads: ['GetItem', 'Query'],
    writes: ['PutItem', 'UpdateItem', 'DeleteItem'],
    indexes: ['work'],
  },
  operations: ['read', 'create', 'prune'],
};

/** Every function of a deployment, one row each. */
export const FUNCTIONS: Readonly<Record<FunctionName, FunctionDefinition>> = {
  'create-backups': {
    ...WORKER,
    catalog: { ...WORKER.catalog, reads: ['GetItem'] },
    description: 'Backs up what is due in a slot of a policy, or now',
    errorImpact: 'Volumes have no backup of this slot yet.',
    runbook: '#a-backup-failed',
    maxEventAgeMinutes: 5,
  },
  'follow-backups': {
    ...WORKER,
    description:
      'Follows what is in flight, starts what waits, repeats what failed, makes up for missed slots',
    // It goes on with restores, too.
    operations: OPERATIONS,
    errorImpact: 'Backups failed or are stuck, and volumes have no backup of their newest slot.',
    runbook: '#a-backup-failed',
    maxEventAgeMinutes: 1,
    asksHooks: true,
    pulse: {
      expression: 'rate(1 minute)',
      description: 'Every minute: what is in flight, what waits, what was missed',
      deliveryMinutes: 1,
    },
  },
  'prune-backups': {
    ...WORKER,
    catalog: { ...WORKER.catalog, indexes: ['work', 'decisions'] },
    description: 'Deletes what no rule keeps any more',
    errorImpact: 'Expired backups stay, cost money and use up the quota, until no new one can be made.',
    runbook: '#nothing-is-deleted',
    maxEventAgeMinutes: 5,
    pulse: {
      expression: 'rate(15 minutes)',
      description: 'Every 15 minutes: what no rule keeps any more',
      deliveryMinutes: 5,
    },
  },
  'restore-backup': {
    ...WORKER,
    description: 'Restores a backup into a new volume or an existing one, and follows it to its end',
    errorImpact: 'What somebody wanted to have restored is not there.',
    runbook: '#a-restore-failed',
    maxEventAgeMinutes: 5,
    operations: ['read', 'restore'],
  },
  'test-restores': {
    ...WORKER,
    description: 'Restores some backups into scratch volumes, checks these and deletes them again',
    errorImpact: 'Backups cannot be restored, or nobody knows whether they can.',
    runbook: '#a-test-of-a-restore-failed',
    maxEventAgeMinutes: 5,
    operations: ['read', 'restore'],
    asksHooks: true,
  },
  'list-backups': {
    description: 'Lists backups; changes nothing',
    errorImpact: 'Nobody can look up backups; making and pruning them goes on.',
    runbook: '#a-list-cannot-be-had',
    memoryMib: 512,
    timeoutMinutes: 5,
    maxEventAgeMinutes: 5,
    catalog: { reads: ['GetItem', 'Query'], writes: [], indexes: ['work'] },
    operations: ['read'],
  },
  'pin-backup': {
    description: 'Pins a backup, so that nothing deletes it, or takes its pin away',
    errorImpact: 'A backup that somebody wanted to keep may be deleted as its policy says.',
    runbook: '#a-pin-was-refused',
    memoryMib: 512,
    timeoutMinutes: 5,
    maxEventAgeMinutes: 5,
    catalog: { ...WORKER.catalog, indexes: [] },
    // A deletion that was decided and has not begun is withdrawn by looking at the cloud, not by changing it.
    operations: ['read', 'create'],
  },
  'report-coverage': {
    description: 'Tells which volumes have no recent good backup; changes nothing',
    errorImpact: 'Volumes have no recent good backup, or nobody can tell whether they have.',
    runbook: '#volumes-are-not-covered',
    memoryMib: 512,
    timeoutMinutes: 15,
    maxEventAgeMinutes: 5,
    catalog: { reads: ['GetItem', 'Query'], writes: [], indexes: [] },
    operations: ['read'],
    pulse: {
      expression: 'cron(0 6 * * ? *)',
      description: 'Every day at 06:00 UTC: which volumes have no recent good backup',
      deliveryMinutes: 60,
    },
  },
};
