import type { EndedBackup } from '../../domain/backup-record.ts';
import type { Dependencies } from '../run.ts';
import { HISTORY_MS } from './end-attempt.ts';
import type { Job } from './job.ts';
import type { Work } from './work.ts';

/** An item of DynamoDB holds more; so many are still read at once. */
const BACKUPS_A_PAGE = 500;

/** Before the records of these jobs say that their backups are gone: so that each can be found by its id afterwards. */
export async function noteEnded(jobs: readonly Job[], work: Pick<Work, 'deps' | 'cloud'>): Promise<void> {
  const backups = jobs.flatMap(({ record, backupId }) =>
    backupId === undefined ? [] : [toEnded(record, backupId)],
  );
  await noteEndedBackups(work.cloud.name, backups, work.deps);
}

export async function noteEndedBackups(
  cloud: string,
  backups: readonly EndedBackup[],
  { catalog, clock }: Pick<Dependencies, 'catalog' | 'clock'>,
): Promise<void> {
  const endedAt = clock.now();
  const forgetAt = new Date(endedAt.getTime() + HISTORY_MS);
  for (let start = 0; start < backups.length; start += BACKUPS_A_PAGE) {
    const page = backups.slice(start, start + BACKUPS_A_PAGE);
    await catalog.noteEnded({ cloud, endedAt, backups: page, forgetAt });
  }
}

export function toEnded(
  { volumeId, policy, slotAt, attempt }: Omit<EndedBackup, 'backupId'>,
  backupId: string,
): EndedBackup {
  return { backupId, volumeId, policy, slotAt, attempt };
}
