import { randomUUID } from 'node:crypto';
import { DeleteTableCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll } from 'vitest';
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import { createCatalogTable } from '../../local/catalog-table.ts';
import { embeddedClientConfig } from '../../local/embedded-dynamodb.ts';
import { describeCatalog } from '../contracts/catalog.ts';

const endpoint = process.env.DYNAMODB_ENDPOINT;
if (endpoint === undefined) throw new Error('DYNAMODB_ENDPOINT: run this by `npm run test:dynamodb`');

const client = new DynamoDBClient({ ...embeddedClientConfig(endpoint), region: 'us-east-1' });
const tableName = `cinderkeep-contract-${randomUUID()}`;

afterAll(async () => {
  await client.send(new DeleteTableCommand({ TableName: tableName }));
  client.destroy();
});

describeCatalog('a DynamoDB that is not ours', async () => {
  await createCatalogTable(client, tableName);
  return createDynamoDbCatalog({ client, tableName });
});
