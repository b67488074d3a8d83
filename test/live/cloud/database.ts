import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { LiveEnvironment } from './environment.ts';

const run = promisify(execFile);
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The rows of backups, all or these, and what they counted in the quota. @throws no id. */
export async function forgetBackups(environment: LiveEnvironment, ids: readonly string[]): Promise<void> {
  for (const id of ids) if (!UUID.test(id)) throw new Error(`"${id}" is no id of a backup`);
  const which = (column: string) =>
    ids.length === 0 ? '' : ` where ${column} in (${ids.map((id) => `'${id}'`).join()})`;
  await sql(
    environment,
    `create temporary table counted as select project_id, count(*) backups, sum(size) backup_gigabytes from backups${which('id')}${
      ids.length === 0 ? ' where' : ' and'
    } deleted = 0 group by project_id;
    update quota_usages u join counted c on u.project_id = c.project_id set u.in_use = u.in_use - c.backups where u.resource = 'backups';
    update quota_usages u join counted c on u.project_id = c.project_id set u.in_use = u.in_use - c.backup_gigabytes where u.resource = 'backup_gigabytes';
    delete from backup_metadata${which('backup_id')}; delete from backups${which('id')};`,
  );
}

/** As if the service had not reported for long: until it reports again, it counts as down. */
export async function forgetReports(environment: LiveEnvironment, binary: string): Promise<void> {
  await sql(environment, `update services set updated_at = '2000-01-01' where \`binary\` = '${binary}'`);
}

/** The transactions that others may have to wait for. */
export async function listLockers(environment: LiveEnvironment): Promise<readonly string[]> {
  const rows = await sql(
    environment,
    'select trx_mysql_thread_id, trx_started from information_schema.innodb_trx where trx_rows_locked > 0 or trx_rows_modified > 0',
  );
  return rows.split('\n').filter((row) => row !== '');
}

/** What they answer: a line for each row, without the columns' names. */
async function sql(environment: LiveEnvironment, statements: string): Promise<string> {
  const socket = join(environment.runPath, 'mysqld.sock');
  const options = ['--no-defaults', '--batch', '--skip-column-names', '-uroot', '-S', socket];
  return (await run('mariadb', [...options, 'cinder', '-e', statements])).stdout;
}
