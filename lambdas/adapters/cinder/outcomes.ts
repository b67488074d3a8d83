import type { CreateOutcome, DeleteOutcome, RestoreOutcome, UpdateOutcome } from '../../app/ports.ts';
import { type Answer, expectStatus, readFault, readJson, toResponseError } from './answers.ts';
import { readRow, readText } from './fields.ts';
import { readRefusal, readRestoreRefusal } from './refusals.ts';
import { mayBeDone } from './sent.ts';
import type { Call, CinderSession } from './session.ts';

/**
 * POST → 202 with the id under `key`. An answer that does not tell whether it was done is `unanswered`: none at all, 5xx, a 202 that
 * cannot be read.
 *
 * @throws {CloudUnreachableError} nothing was sent.
 * @throws {CloudRefusedCredentialsError}
 */
export async function createThing(
  session: CinderSession,
  key: 'backup' | 'snapshot' | 'volume',
  call: Call,
): Promise<CreateOutcome<string>> {
  try {
    const answer = await session.call(call);
    if (answer.status < 300) return { outcome: 'accepted', id: readCreatedId(answer, key) };
    const { message } = toResponseError(answer);
    // 408: a proxy's, which may have passed the request on.
    if (answer.status >= 500 || answer.status === 408) return { outcome: 'unanswered', message };
    return { outcome: 'refused', cause: readRefusal(answer.status, readFault(answer)), message };
  } catch (error) {
    if (mayBeDone(error)) return { outcome: 'unanswered', message: error.message };
    throw error;
  }
}

/** @throws {CinderProtocolError} the answer has no `{<key>: {"id": …}}`. */
export function readCreatedId(answer: Answer, key: string): string {
  const body = readRow(readJson(answer), `${answer.method} ${answer.path}`);
  return readText(readRow(body[key], key), 'id', key);
}

/**
 * DELETE → 202. Only Cinder's own sentence about this very id says that it is gone: with cinder-backup down the DELETE of an existing
 * backup is a 404 too, "Service cinder-backup could not be found." (observed on Cinder 21.3.1, Zed).
 *
 * @throws {CloudUnreachableError} nothing was sent.
 * @see cinder/backup/api.py API.delete
 */
export async function deleteThing(
  session: CinderSession,
  kind: 'Backup' | 'Snapshot' | 'Volume',
  path: string,
  id: string,
): Promise<DeleteOutcome> {
  try {
    const answer = await session.call({
      method: 'DELETE',
      path: `${path}/${encodeId(id)}`,
      tokenUse: 'long-work',
    });
    if (answer.status < 300) return { outcome: 'accepted' };
    if (saysGone(answer, kind, id)) return { outcome: 'gone' };
    const { message } = toResponseError(answer);
    if (answer.status >= 500 || answer.status === 408) return { outcome: 'unanswered', message };
    const isHeld = answer.status === 400 && /Incremental backups exist for this backup/.test(message);
    return { outcome: isHeld ? 'held' : 'refused', message };
  } catch (error) {
    if (mayBeDone(error)) return { outcome: 'unanswered', message: error.message };
    throw error;
  }
}

/**
 * PUT → 200. It may be made twice, so it is repeated while its failure may pass.
 *
 * @throws {CloudUnreachableError} nothing was sent.
 */
export async function updateThing(
  session: CinderSession,
  kind: 'Backup',
  path: string,
  id: string,
  body: object,
): Promise<UpdateOutcome> {
  try {
    const answer = await session.call({ method: 'PUT', path: `${path}/${encodeId(id)}`, body });
    if (answer.status < 300) return { outcome: 'updated' };
    if (saysGone(answer, kind, id)) return { outcome: 'gone' };
    const { message } = toResponseError(answer);
    return { outcome: answer.status >= 500 || answer.status === 408 ? 'unanswered' : 'refused', message };
  } catch (error) {
    if (mayBeDone(error)) return { outcome: 'unanswered', message: error.message };
    throw error;
  }
}

/**
 * POST of a restore → 202 → 'accepted'. Like a create it is made once: an answer that does not tell is `unanswered`.
 *
 * @throws {CloudUnreachableError} nothing was sent.
 */
export async function startRestore(session: CinderSession, call: Call): Promise<RestoreOutcome> {
  try {
    const answer = await session.call(call);
    if (answer.status < 300) return { outcome: 'accepted' };
    const { message } = toResponseError(answer);
    if (answer.status >= 500 || answer.status === 408) return { outcome: 'unanswered', message };
    return { outcome: 'refused', cause: readRestoreRefusal(answer.status, readFault(answer)), message };
  } catch (error) {
    if (mayBeDone(error)) return { outcome: 'unanswered', message: error.message };
    throw error;
  }
}

/**
 * GET of one thing → 200, or `undefined` when Cinder said that it does not exist. A 404 in any other words proves nothing.
 *
 * @throws {CinderResponseError} any other status, and any other 404.
 */
export async function getThing<Thing>(
  session: CinderSession,
  kind: 'Backup' | 'Volume' | 'Snapshot',
  path: string,
  id: string,
  toThing: (row: unknown) => Thing,
): Promise<Thing | undefined> {
  const answer = await session.call({ method: 'GET', path: `${path}/${encodeId(id)}` });
  if (saysGone(answer, kind, id)) return undefined;
  expectStatus(answer, 200);
  const body = readRow(readJson(answer), `${answer.method} ${answer.path}`);
  return toThing(body[kind.toLowerCase()]);
}

/** `Backup 3f… could not be found.` in Cinder's own form. */
export function saysGone(answer: Answer, kind: string, id: string): boolean {
  if (answer.status !== 404) return false;
  const { name, message } = readFault(answer);
  return name === 'itemNotFound' && message.trim() === `${kind} ${id} could not be found.`;
}

/**
 * An id as a part of a path.
 *
 * @throws {RangeError} empty or dots: the path would lead elsewhere.
 */
export function encodeId(id: string): string {
  if (/^\.{0,2}$/.test(id)) throw new RangeError(`"${id}" is not an id`);
  return encodeURIComponent(id);
}
