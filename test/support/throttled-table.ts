import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** A door to a DynamoDB through which one of so many writes passes; the others are refused as AWS refuses them. */
export interface ThrottledTable {
  readonly endpoint: string;
  readonly refusedCount: number;
  close(): Promise<void>;
}

/** @see https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
const REFUSAL = JSON.stringify({
  __type: 'com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException',
  message: 'The level of configured provisioned throughput for the table was exceeded.',
});

export async function openThrottledTable(behind: string, oneOf: number): Promise<ThrottledTable> {
  let [writeCount, refusedCount] = [0, 0];
  const server = createServer((asked, answer) => {
    const isWrite = /(PutItem|UpdateItem|DeleteItem)$/.test(String(asked.headers['x-amz-target']));
    if (isWrite) writeCount += 1;
    if (!isWrite || writeCount % oneOf === 0) return void forward(behind, asked, answer);
    refusedCount += 1;
    asked.resume();
    answer.writeHead(400, { 'content-type': 'application/x-amz-json-1.0' }).end(REFUSAL);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get refusedCount() {
      return refusedCount;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function forward(behind: string, asked: IncomingMessage, answer: ServerResponse): Promise<void> {
  const body = await text(asked);
  const { method, url, headers } = asked;
  const passed = request(new URL(url ?? '/', behind), { method, headers });
  passed.on('response', (response) => {
    answer.writeHead(response.statusCode ?? 500, response.headers);
    response.pipe(answer);
  });
  passed.on('error', () => answer.destroy());
  passed.end(body);
}
