import { afterAll } from 'vitest';
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import { type EmbeddedDynamoDb, openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { describeCatalog } from '../contracts/catalog.ts';
import { createLaggingCatalog } from '../support/lagging-catalog.ts';

const opened: EmbeddedDynamoDb[] = [];

async function open() {
  const dynamoDb = await openEmbeddedDynamoDb();
  opened.push(dynamoDb);
  return createDynamoDbCatalog(dynamoDb);
}

afterAll(async () => {
  for (const dynamoDb of opened) await dynamoDb.close();
});

describeCatalog('embedded DynamoDB', open);
describeCatalog('embedded DynamoDB, indexes lagging', async () => createLaggingCatalog(await open()));
