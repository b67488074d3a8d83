import { DynamoDBClient } from '@aws-sdk/client-dynamodb';

const client = new DynamoDBClient({});

/** The least that a function with a table can be. */
export const handler = async () => client.config.region();
