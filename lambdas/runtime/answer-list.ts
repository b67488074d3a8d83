import { type BackupList, listBackups } from '../app/list-backups.ts';
import { type EndedList, listEnded } from '../app/list-ended.ts';
import { type BackupStory, type PastBackup, showBackup } from '../app/show-backup.ts';
import { capAnswer } from './answer-size.ts';
import type { Act } from './handler.ts';
import type { ListRequest } from './requests/list-backups.ts';

/** A longer list is read page by page. */
const DEFAULT_LIMIT = 1_000;

/** A page of backups, or of those that are no more (`nextMarker` says that there are more), or the story of one. */
export const answerList: Act<ListRequest, BackupList | EndedList | BackupStory | PastBackup> = async (
  request,
  _run,
  { deps },
) => {
  if ('backupId' in request) return showBackup(request.backupId, deps);
  if ('deleted' in request) {
    return capAnswer(await listEnded({ limit: DEFAULT_LIMIT, ...request }, deps), 'ended', ({ ended }) => {
      const last = ended.at(-1);
      return { ended, ...(last !== undefined && { nextMarker: last.backupId }) };
    });
  }
  const list = await listBackups({ limit: DEFAULT_LIMIT, ...request }, deps);
  return capAnswer(list, 'backups', ({ backups }) => {
    const last = backups.at(-1);
    return { backups, ...(last !== undefined && { nextMarker: last.backup.id }) };
  });
};
