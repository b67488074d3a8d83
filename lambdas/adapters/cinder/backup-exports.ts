import type { BackupExport, ExportOutcome, ImportOutcome } from '../../app/ports.ts';
import type { BackupId } from '../../domain/backup.ts';
import { type Answer, readFault, readJson, toResponseError } from './answers.ts';
import { CinderProtocolError } from './errors.ts';
import { type Row, readOptionalText, readRow, readText } from './fields.ts';
import { encodeId, saysGone } from './outcomes.ts';
import { mayBeDone } from './sent.ts';
import type { CinderSession } from './session.ts';

const KEY = 'backup-record';

/**
 * GET /backups/{id}/export_record → 200, for administrators. What it answers is base64 of JSON of Cinder's own row, parent and all.
 *
 * @throws {CinderResponseError} any other status.
 * @throws {CinderProtocolError} a record that no Cinder writes.
 * @see cinder/backup/api.py API.export_record
 */
export async function exportBackup(session: CinderSession, id: BackupId): Promise<ExportOutcome> {
  const answer = await session.call({ method: 'GET', path: `/backups/${encodeId(id)}/export_record` });
  if (answer.status === 200) return { outcome: 'exported', backup: readExport(answer) };
  if (saysGone(answer, 'Backup', id)) return { outcome: 'gone' };
  const error = toResponseError(answer);
  if (answer.status === 403) return { outcome: 'forbidden', message: error.message };
  if (answer.status === 400 || answer.status === 404) return { outcome: 'refused', message: error.message };
  throw error;
}

function readExport(answer: Answer): BackupExport {
  const kind = `${answer.method} ${answer.path}`;
  const exported = readRow(readRow(readJson(answer), kind)[KEY], KEY);
  const [service, url] = [readText(exported, 'backup_service', KEY), readText(exported, 'backup_url', KEY)];
  const row = decode(url, kind);
  const parentId = readOptionalText(row, 'parent_id', KEY);
  return {
    backupId: readText(row, 'id', KEY),
    volumeId: readText(row, 'volume_id', KEY),
    ...(parentId !== undefined && { parentId }),
    service,
    url,
  };
}

function decode(url: string, kind: string): Row {
  try {
    return readRow(JSON.parse(Buffer.from(url, 'base64').toString('utf8')), KEY);
  } catch (cause) {
    if (!(cause instanceof SyntaxError)) throw cause;
    throw new CinderProtocolError(`${kind}: the record is not base64 of JSON`);
  }
}

/**
 * POST /backups/import_record → 201, for administrators; the backup gets its own id again. A POST is made once: without an answer it may be
 * there.
 *
 * @throws {CloudUnreachableError} nothing was sent.
 * @see cinder/backup/api.py API.import_record
 */
export async function importBackup(
  session: CinderSession,
  { service, url }: Pick<BackupExport, 'service' | 'url'>,
): Promise<ImportOutcome> {
  const body = { [KEY]: { backup_service: service, backup_url: url } };
  try {
    const answer = await session.call({ method: 'POST', path: '/backups/import_record', body });
    if (answer.status < 300) return { outcome: 'accepted' };
    const { message } = toResponseError(answer);
    if (answer.status >= 500 || answer.status === 408) return { outcome: 'unanswered', message };
    if (answer.status === 400 && /already exists in database/.test(readFault(answer).message))
      return { outcome: 'exists' };
    return { outcome: answer.status === 403 ? 'forbidden' : 'refused', message };
  } catch (error) {
    if (mayBeDone(error)) return { outcome: 'unanswered', message: error.message };
    throw error;
  }
}
