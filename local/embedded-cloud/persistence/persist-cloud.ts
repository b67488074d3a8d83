import type { Clock, CloudState } from '../state/cloud-state.ts';
import type { CloudDirectory } from './cloud-directory.ts';
import { recoverWork, sweepContents } from './recovery.ts';
import { saveIdentity } from './saved-identity.ts';
import { saveTables } from './saved-tables.ts';

const LAST_SEEN = 'last-seen';

/**
 * The cloud's clock, put forward to the last instant that the directory knows of: with a clock that ran fast, or stands
 * elsewhere now, backups of the former run would be of the future, and stay everybody's parents.
 */
export function resumeClock(clock: Clock, { database }: CloudDirectory): Clock {
  const lastSeenMs = database.get('clock', LAST_SEEN);
  const aheadMs = typeof lastSeenMs === 'number' ? Math.max(0, lastSeenMs - clock.now().getTime()) : 0;
  return { now: () => new Date(clock.now().getTime() + aheadMs) };
}

/**
 * Gives a new cloud the state that the directory has, and lets the directory have every state that is answered for.
 *
 * @returns whether there was none: the database is new, or was destroyed.
 */
export function persistCloud(cloud: CloudState, directory: CloudDirectory): boolean {
  const { database } = directory;
  const saveChangedRows = saveTables(cloud, database);
  const saveChangedIdentity = saveIdentity(cloud.identity, directory.keystone);
  cloud.saveBy((nowMs) => {
    saveChangedIdentity();
    if (saveChangedRows()) database.put('clock', LAST_SEEN, nowMs);
    directory.commit();
  });
  if (!database.isNew) {
    recoverWork(cloud);
    sweepContents(cloud);
  }
  cloud.commit();
  return database.isNew;
}
