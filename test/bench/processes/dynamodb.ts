import { openEmbeddedDynamoDb } from '../../../local/embedded-dynamodb.ts';
import { serve } from './serve.ts';

/** The embedded DynamoDB in a process of its own, in memory. */
const handlers = {
  async start() {
    const { endpoint, tableName } = await openEmbeddedDynamoDb();
    return { endpoint, tableName };
  },
};

export type DynamoDbHandlers = typeof handlers;

serve(handlers);
