import type { TablePlace } from './deployment.ts';
import { startChild } from './processes/child.ts';
import type { DynamoDbHandlers } from './processes/dynamodb.ts';
import type { SlotHandlers, SlotRequest } from './processes/slot.ts';

export type SlotResult = Awaited<ReturnType<SlotHandlers['runSlot']>>;

/** @throws {Error} not every volume's backup was asked for. */
export async function runSlot(
  request: SlotRequest,
  nodeOptions: readonly string[] = [],
): Promise<SlotResult> {
  const worker = startChild<SlotHandlers>('slot.ts', nodeOptions);
  try {
    const result = await worker.ask('runSlot', request);
    const { posts, failure, warnings } = result;
    if (posts === request.volumes) return result;
    throw new Error(
      `${posts} of ${request.volumes} backups were asked for: ${failure ?? warnings.join('; ')}`,
    );
  } finally {
    await worker.stop();
  }
}

/** An embedded DynamoDB in a process of its own. */
export async function withDynamoDb<Answer>(task: (place: TablePlace) => Promise<Answer>): Promise<Answer> {
  const child = startChild<DynamoDbHandlers>('dynamodb.ts');
  try {
    return await task(await child.ask('start'));
  } finally {
    await child.stop();
  }
}
