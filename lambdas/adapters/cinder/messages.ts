import type { CloudMessage } from '../../app/ports.ts';
import { expectStatus, readJson } from './answers.ts';
import { readInstant, readList, readRow, readTextOrEmpty } from './fields.ts';
import { MESSAGES_MINOR } from './microversion.ts';
import type { CinderSession } from './session.ts';

const KIND = 'message';

/**
 * GET /messages → 200 (from 3.3), the newest first. The filter is asked for and applied here as well: below 3.5 it is ignored.
 *
 * @see cinder/api/v3/messages.py MessagesController.index
 */
export async function listMessages(
  session: CinderSession,
  resourceId: string,
): Promise<readonly CloudMessage[]> {
  const { minor } = await session.identify();
  if (minor < MESSAGES_MINOR) return [];
  const answer = await session.call({
    method: 'GET',
    path: '/messages',
    query: { resource_uuid: resourceId },
  });
  expectStatus(answer, 200);
  const rows = readList(readRow(readJson(answer), 'GET /messages'), 'messages', 'GET /messages');
  return rows
    .map((row) => readRow(row, KIND))
    .filter((row) => row.resource_uuid === resourceId)
    .map((row) => ({
      text: readTextOrEmpty(row, 'user_message', KIND),
      createdAt: readInstant(row, 'created_at', KIND),
    }))
    .sort((a, b) => b.createdAt.getTime() - a.createdAt.getTime());
}
