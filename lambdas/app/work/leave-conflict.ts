import { isOpen } from '../../domain/backup-record.ts';
import { CatalogConflictError } from '../ports.ts';
import type { Job } from './job.ts';
import type { Work } from './work.ts';

/**
 * Takes a step for one job. If its record was changed by someone else, or was read from an index that lagged, it is read again and
 * takes its turn anew; the other jobs go on.
 */
export async function leaveOnConflict(
  job: Job,
  work: Pick<Work, 'queue' | 'deps'>,
  step: () => Promise<void>,
): Promise<void> {
  try {
    await step();
  } catch (error) {
    if (!(error instanceof CatalogConflictError)) throw error;
    work.deps.log.warn('this record had changed; reading it again', { name: job.record.name });
    // Until it is known what it has become, it keeps its place: it may be in flight.
    const current = await work.deps.catalog.getRecord(job.record);
    work.queue.finish(job);
    if (current !== undefined && isOpen(current)) work.queue.add(current, work.deps.clock.now());
  }
}
