import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbCatalog } from '../lambdas/adapters/dynamodb/catalog.ts';
import { CatalogTableError } from './catalog-table-error.ts';
import { type LocalCatalog, openLocalCatalog } from './local-catalog.ts';

/** How a table on AWS is named where else a directory is. */
const TABLE_PREFIX = 'dynamodb:';
/** Nobody's: only whether the table answers is asked. */
const NO_CLOUD = '-';

/**
 * The catalog in a data directory, or `dynamodb:TABLE`: that of a deployment on AWS, with this machine's credentials and region of AWS.
 *
 * @throws {CatalogTableError} the table does not answer, and why.
 * @throws {DirectoryInUseError} another process has the directory open and does not answer.
 */
export async function openCatalog(place: string): Promise<LocalCatalog> {
  if (!place.startsWith(TABLE_PREFIX)) return openLocalCatalog(place);
  const tableName = place.slice(TABLE_PREFIX.length);
  const client = new DynamoDBClient({});
  const catalog = createDynamoDbCatalog({ client, tableName });
  try {
    await catalog.getCloud(NO_CLOUD);
  } catch (cause) {
    client.destroy();
    const why = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    throw new CatalogTableError(`open the catalog in table ${tableName} on AWS: ${why}`, { cause });
  }
  return {
    catalog,
    owner: `process ${randomUUID()}`,
    async close() {
      client.destroy();
    },
  };
}
