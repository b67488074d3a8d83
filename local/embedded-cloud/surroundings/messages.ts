import type { Answer, Call } from '../protocol/call.ts';
import { formatStamp } from '../protocol/cloud-text.ts';
import { noSuchMethod, notFound } from '../protocol/errors.ts';
import type { Columns } from '../protocol/filters.ts';
import { type ListSource, listBody, listPage, type Page } from '../protocol/listing.ts';
import { FROM } from '../protocol/microversion.ts';
import { authorize, isVisible } from '../protocol/policy.ts';
import type { MessageRow } from '../state/rows.ts';
import { MEMBER_FILTERS } from './other-resources.ts';

const MESSAGE_DAYS = 30;
const LEVEL = 'ERROR';

const COLUMNS: Columns<MessageRow> = {
  id: (row) => row.id,
  created_at: (row) => row.created_at,
  event_id: (row) => row.event_id,
  message_level: () => LEVEL,
  request_id: (row) => row.request_id,
  resource_type: (row) => row.resource_type,
  resource_uuid: (row) => row.resource_uuid,
  project_id: (row) => row.project_id,
};

/**
 * `GET /messages` (3.3), newest first: why background work failed. Pages, sorts and filters from 3.5 on.
 *
 * Those of all projects are shown to everybody, as Cinder forgets to look at whose they are; a single one is not.
 *
 * @see cinder/db/sqlalchemy/api.py message_get_all (Cinder 21.3.1)
 */
export function listMessages(call: Call): Answer {
  if (call.version < FROM.messages) throw noSuchMethod();
  authorize(call, 'message:get_all', 'read');
  const source: ListSource<MessageRow> = {
    collection: 'messages',
    rows: call.cloud.messages.ofEveryProject(),
    columns: COLUMNS,
    memberFilters: MEMBER_FILTERS.message,
    findsNothingBy: 'unknown filters',
    aliases: {},
    sortsByNameFrom: Number.POSITIVE_INFINITY,
    findMarker: (id) => findMessage(call, id),
  };
  const page = call.version < FROM.messagePages ? wholePage(call, source) : listPage(call, source);
  return { status: 200, body: listBody('messages', page, (row) => messageView(call, row)) };
}

/** All of them, whatever is asked; but a limit that is not more than there are brings a link to what is not left. */
function wholePage(call: Call, source: ListSource<MessageRow>): Page<MessageRow> {
  const page = listPage({ ...call, query: new URLSearchParams() }, source);
  const last = page.rows.at(-1);
  const isLinked = Number(call.query.get('limit') ?? Number.NaN) <= page.rows.length;
  return isLinked && last !== undefined
    ? { ...page, links: call.links.next('messages', call.query, last.id) }
    : page;
}

export function showMessage(call: Call): Answer {
  if (call.version < FROM.messages) throw noSuchMethod();
  const message = findMessage(call, call.params[0] ?? '');
  authorize(call, 'message:get', 'read');
  return { status: 200, body: { message: messageView(call, message) } };
}

export function removeMessage(call: Call): Answer {
  if (call.version < FROM.messages) throw noSuchMethod();
  const message = findMessage(call, call.params[0] ?? '');
  authorize(call, 'message:delete');
  call.cloud.messages.remove(message);
  return { status: 204, isBare: true };
}

function findMessage(call: Call, id: string): MessageRow {
  const message = call.cloud.messages.get(id);
  if (message === undefined || !isVisible(call, message)) throw notFound('Message', id);
  return message;
}

/** @see cinder/api/v3/views/messages.py ViewBuilder.detail; observed on Cinder 21.3.1 (Zed) */
function messageView(call: Call, message: MessageRow): Record<string, unknown> {
  return {
    id: message.id,
    event_id: message.event_id,
    user_message: message.user_message,
    message_level: LEVEL,
    created_at: formatStamp(message.created_at),
    guaranteed_until: formatStamp(message.created_at + MESSAGE_DAYS * 86_400),
    request_id: message.request_id,
    links: call.links.to('messages', message.id),
    resource_type: message.resource_type,
    resource_uuid: message.resource_uuid,
  };
}
