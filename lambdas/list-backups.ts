import { answerList } from './runtime/answer-list.ts';
import { compose } from './runtime/compose.ts';
import { createHandler } from './runtime/handler.ts';
import { listBackupsRequest } from './runtime/requests/list-backups.ts';

export const handler = createHandler(listBackupsRequest, answerList, compose);
