import { beginRestore } from './begin-restore.ts';
import { checkRestored } from './check-restored.ts';
import { clearAway } from './clear-away.ts';
import { followCreation } from './follow-creation.ts';
import { followRestore } from './follow-restore.ts';
import type { RestoreJob, RestoreWork } from './restore-work.ts';

/** One step for one restore, by the state of its record. Afterwards the record says what comes next, and the job when. */
export function takeRestoreStep(job: RestoreJob, work: RestoreWork): Promise<void> {
  switch (job.record.state) {
    case 'waiting':
      return beginRestore(job, work);
    case 'creating':
      return followCreation(job, work);
    case 'restoring':
    case 'stuck':
      return followRestore(job, work);
    case 'checking':
      return checkRestored(job, work);
    case 'clearing':
      return clearAway(job, work);
    case 'restored':
    case 'failed':
      work.jobs.delete(job.record.id);
      return Promise.resolve();
  }
}
