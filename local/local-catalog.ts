import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createDynamoDbCatalog } from '../lambdas/adapters/dynamodb/catalog.ts';
import type { Catalog } from '../lambdas/app/ports.ts';
import { embeddedClientConfig, openEmbeddedDynamoDb } from './embedded-dynamodb.ts';
import { DirectoryInUseError } from './level-directory.ts';
import { createReopeningCatalog } from './reopening-catalog.ts';

export interface LocalCatalog {
  readonly catalog: Catalog;
  /** Who holds leases here: the directory for the process that owns it, so that it takes up its own work at once after a crash. */
  readonly owner: string;
  close(): Promise<void>;
}

interface Door {
  readonly endpoint: string;
  readonly tableName: string;
}

/** How long a process that has the directory may take to open its door, or to leave. */
const TRIES = 50;
const TRY_AGAIN_MS = 100;

/**
 * The catalog in a data directory. One process has the database open and lets others on this machine in through its loopback
 * port, so that commands work while the daemon runs.
 *
 * @throws {DirectoryInUseError} another process has it open and does not answer.
 */
export async function openLocalCatalog(
  directory: string,
  onPending?: (change: 1 | -1) => void,
): Promise<LocalCatalog> {
  const doorFile = join(directory, 'endpoint.json');
  for (let tries = 1; ; tries += 1) {
    try {
      return await openOwn(directory, doorFile, onPending);
    } catch (error) {
      if (!(error instanceof DirectoryInUseError)) throw error;
      const neighbour = await openNeighbour(doorFile, onPending);
      if (neighbour !== undefined) {
        const reopening = createReopeningCatalog(neighbour, () => openLocalCatalog(directory, onPending));
        return { ...reopening, owner: neighbour.owner };
      }
      if (tries === TRIES) throw error;
    }
    await sleep(TRY_AGAIN_MS);
  }
}

async function openOwn(
  directory: string,
  doorFile: string,
  onPending?: (change: 1 | -1) => void,
): Promise<LocalCatalog> {
  const database = await openEmbeddedDynamoDb({ path: join(directory, 'catalog') });
  const door: Door = { endpoint: database.endpoint, tableName: database.tableName };
  // At once whole: others may be waiting for it.
  await writeFile(`${doorFile}.new`, `${JSON.stringify(door)}\n`);
  await rename(`${doorFile}.new`, doorFile);
  return {
    catalog: createDynamoDbCatalog({ ...database, ...(onPending && { onPending }) }),
    owner: `directory ${directory}`,
    async close() {
      await rm(doorFile, { force: true });
      await database.close();
    },
  };
}

/** undefined: nobody opens, as the other process is just coming or going. */
async function openNeighbour(
  doorFile: string,
  onPending?: (change: 1 | -1) => void,
): Promise<LocalCatalog | undefined> {
  const text = await readFile(doorFile, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const { endpoint, tableName } = JSON.parse(text) as Door;
  if (!(await isListening(endpoint))) return undefined;
  const client = new DynamoDBClient(embeddedClientConfig(endpoint));
  return {
    catalog: createDynamoDbCatalog({ client, tableName, ...(onPending && { onPending }) }),
    owner: `process ${randomUUID()}`,
    async close() {
      client.destroy();
    },
  };
}

/** The door of a process that was killed leads nowhere. */
function isListening(endpoint: string): Promise<boolean> {
  const { hostname, port } = new URL(endpoint);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}
