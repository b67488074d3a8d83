import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  type QueryCommandInput,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import type { Item } from './attributes.ts';
import type { Condition } from './conditions.ts';
import type { ItemKey } from './keys.ts';
import { whenThrottledAgain } from './throttling.ts';

export interface TableOptions {
  readonly client: DynamoDBClient;
  readonly tableName: string;
  /** Told +1 before and -1 after each exchange with DynamoDB: a virtual clock must not advance in between. */
  readonly onPending?: (change: 1 | -1) => void;
}

/** What to set (a field that is `undefined` is removed). */
export type Change = Readonly<Record<string, Item[string] | undefined>>;

export type Query = Pick<
  QueryCommandInput,
  | 'IndexName'
  | 'KeyConditionExpression'
  | 'FilterExpression'
  | 'ScanIndexForward'
  | 'ConsistentRead'
  | 'Limit'
> & { readonly names: Readonly<Record<string, string>>; readonly values: Item };

/** One DynamoDB table, spoken to in single-item writes. A write answers whether its condition held. */
export interface Table {
  /** Sees every earlier write. */
  get(key: ItemKey): Promise<Item | undefined>;
  put(item: Item, condition?: Condition): Promise<boolean>;
  update(key: ItemKey, change: Change, condition?: Condition): Promise<boolean>;
  delete(key: ItemKey, condition: Condition): Promise<boolean>;
  /** The whole table, page by page; none is empty. */
  scan(): AsyncGenerator<readonly Item[]>;
  /** Every page to the end; none is empty. */
  query(query: Query): AsyncGenerator<readonly Item[]>;
}

export function openTable({ client, tableName: TableName, onPending = () => {} }: TableOptions): Table {
  const exchange = async <Answer>(answer: () => Promise<Answer>): Promise<Answer> => {
    onPending(1);
    try {
      return await whenThrottledAgain(answer);
    } finally {
      onPending(-1);
    }
  };
  return {
    async get(key) {
      const command = new GetItemCommand({ TableName, Key: toKey(key), ConsistentRead: true });
      return (await exchange(() => client.send(command))).Item;
    },
    put(item, condition) {
      const command = new PutItemCommand({ TableName, Item: item, ...toExpressions(condition) });
      return exchange(() => isWritten(client.send(command)));
    },
    update(key, change, condition) {
      const command = new UpdateItemCommand({ TableName, Key: toKey(key), ...toUpdate(change, condition) });
      return exchange(() => isWritten(client.send(command)));
    },
    delete(key, condition) {
      const command = new DeleteItemCommand({ TableName, Key: toKey(key), ...toExpressions(condition) });
      return exchange(() => isWritten(client.send(command)));
    },
    scan() {
      return toPages((from) => {
        const command = new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey: from });
        return exchange(() => client.send(command));
      });
    },
    query({ names, values, ...query }) {
      return toPages((from) => {
        const command = new QueryCommand({
          TableName,
          ...query,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: values,
          ExclusiveStartKey: from,
        });
        return exchange(() => client.send(command));
      });
    },
  };
}

interface Page {
  readonly Items?: readonly Item[] | undefined;
  readonly LastEvaluatedKey?: Item | undefined;
}

async function* toPages(
  readFrom: (from: Record<string, Item[string]> | undefined) => Promise<Page>,
): AsyncGenerator<readonly Item[]> {
  let from: Item | undefined;
  do {
    const page = await readFrom(from);
    if (page.Items !== undefined && page.Items.length > 0) yield page.Items;
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}

async function isWritten(answer: Promise<unknown>): Promise<boolean> {
  try {
    await answer;
    return true;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return false;
    throw error;
  }
}

function toKey(key: ItemKey): Item {
  return { pk: { S: key.pk }, sk: { S: key.sk } };
}

function toExpressions(condition: Condition | undefined) {
  if (condition === undefined) return {};
  return {
    ConditionExpression: condition.expression,
    ExpressionAttributeNames: condition.names,
    // An empty map is refused.
    ...(Object.keys(condition.values).length > 0 && { ExpressionAttributeValues: condition.values }),
  };
}

function toUpdate(change: Change, condition: Condition | undefined) {
  const names: Record<string, string> = { ...condition?.names };
  const values: Record<string, Item[string]> = { ...condition?.values };
  const set: string[] = [];
  const remove: string[] = [];
  for (const [name, value] of Object.entries(change)) {
    names[`#${name}`] = name;
    if (value === undefined) {
      remove.push(`#${name}`);
    } else {
      values[`:${name}`] = value;
      set.push(`#${name} = :${name}`);
    }
  }
  const clauses = [...toClause('SET', set), ...toClause('REMOVE', remove)];
  return {
    UpdateExpression: clauses.join(' '),
    ...(condition && { ConditionExpression: condition.expression }),
    ExpressionAttributeNames: names,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

function toClause(verb: 'SET' | 'REMOVE', actions: readonly string[]): readonly string[] {
  return actions.length > 0 ? [`${verb} ${actions.join(', ')}`] : [];
}
