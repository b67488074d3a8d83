import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import type { Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient, type DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import database, { type Store } from 'dynalite/db/index.js';
import { createCatalogTable } from './catalog-table.ts';
import { repairDynalite } from './dynalite-repairs.ts';
import { requireFreeDirectory, toOpenError } from './level-directory.ts';

const LOOPBACK = '127.0.0.1';
const IDLE_POLL_MS = 2;

export interface EmbeddedDynamoDb {
  readonly endpoint: string;
  /** The catalog's table; it is there and empty, or as it was left. */
  readonly tableName: string;
  readonly client: DynamoDBClient;
  /** For further clients, which their maker destroys. */
  readonly clientConfig: DynamoDBClientConfig;
  /** Destroys `client`, waits for what is under way, and frees the directory. */
  close(): Promise<void>;
}

/**
 * For a client of an embedded DynamoDB. Whatever AWS_* variables or files could say otherwise is said here, as they are about
 * other places; FIPS endpoints, say, would be refused together with an endpoint of one's own.
 */
export function embeddedClientConfig(endpoint: string): DynamoDBClientConfig {
  return {
    endpoint,
    region: 'local',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    accountIdEndpointMode: 'disabled',
    defaultsMode: 'standard',
    retryMode: 'standard',
    maxAttempts: 3,
  };
}

/**
 * Starts a DynamoDB inside of this process, on a free loopback port. With a `path` its contents live in that directory (made if
 * absent): an acknowledged write is on the disk; without, in memory only.
 *
 * @throws {DirectoryInUseError} another process, or another call in this one, has the directory open.
 */
export async function openEmbeddedDynamoDb(
  options: { readonly path?: string } = {},
): Promise<EmbeddedDynamoDb> {
  repairDynalite();
  if (options.path !== undefined) {
    await mkdir(options.path, { recursive: true });
    await requireFreeDirectory(options.path);
  }
  const { server, store } = createServer(options);
  await store.db.open().catch((error: unknown) => {
    // Somebody was quicker than we were after the look.
    throw toOpenError(options.path ?? 'memory', error);
  });
  const active = countActive(server);
  server.listen(0, LOOPBACK);
  await once(server, 'listening');

  const { port } = server.address() as AddressInfo;
  const endpoint = `http://${LOOPBACK}:${port}`;
  const clientConfig = embeddedClientConfig(endpoint);
  const client = new DynamoDBClient(clientConfig);
  const close = async (): Promise<void> => {
    client.destroy();
    // Dynalite would close the database under a request that another process is making, and crash.
    while (active() > 0) await sleep(IDLE_POLL_MS);
    await new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
    });
  };
  try {
    const tableName = await createCatalogTable(client);
    return { endpoint, tableName, client, clientConfig, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Dynalite keeps its store to itself, and crashes at the first request if that could not be opened. */
function createServer(options: { readonly path?: string }): {
  readonly server: Server;
  readonly store: Store;
} {
  const { create } = database;
  let store: Store | undefined;
  database.create = (given) => {
    store = create(given);
    return store;
  };
  try {
    const server = dynalite({ ...options, createTableMs: 0 });
    if (store === undefined) throw new Error('dynalite made no store');
    return { server, store };
  } finally {
    database.create = create;
  }
}

/** How many requests are being answered. */
function countActive(server: Server): () => number {
  let count = 0;
  server.prependListener('request', (_request: unknown, response: ServerResponse) => {
    count += 1;
    response.once('close', () => {
      count -= 1;
    });
  });
  return () => count;
}
