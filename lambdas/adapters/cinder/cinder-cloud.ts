import type { Clock, Cloud, Log } from '../../app/ports.ts';
import { exportBackup, importBackup } from './backup-exports.ts';
import {
  createBackup,
  deleteBackup,
  getBackup,
  listBackups,
  restoreBackup,
  updateBackup,
} from './backups.ts';
import { checkCredentials } from './check-credentials.ts';
import { createCloudClock } from './cloud-clock.ts';
import type { CloudCredentials, EndpointInterface } from './credentials.ts';
import { createCredentialsSource } from './credentials-source.ts';
import { createDispatcher } from './dispatcher.ts';
import { createExchange, type ExchangeEvent } from './exchange.ts';
import { guardChanges } from './guard-changes.ts';
import { getLimits } from './limits.ts';
import { listMessages } from './messages.ts';
import {
  createOperationSessions,
  type OperationCredentials,
  type OperationSessions,
} from './operation-sessions.ts';
import { createRateLimit } from './rate-limit.ts';
import { createCinderSession } from './session.ts';
import { createSnapshot, deleteSnapshot, getSnapshot, listSnapshots } from './snapshots.ts';
import { errors } from './undici-parts.ts';
import { createVolume, deleteVolume, getVolume, listVolumes } from './volumes.ts';

/** A page has up to 1,000 rows, each with as much metadata as its owner likes. */
const MAX_PAGE_BYTES = 64 * 1024 * 1024;
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

export interface CinderCloudOptions {
  /** Of the cloud in the config. */
  readonly name: string;
  /** For every operation, or each operation's own. */
  readonly credentials: CloudCredentials | OperationCredentials;
  /** Needed only where the catalog has several. */
  readonly region?: string | undefined;
  /** Default `public`. */
  readonly interface?: EndpointInterface | undefined;
  /** PEM text of the authorities that vouch for the cloud, instead of the system's. */
  readonly ca?: string | undefined;
  readonly proxyUrl?: string | undefined;
  /** To Cinder; tokens are not counted. */
  readonly requestsPerSecond: number | 'unlimited';
  /** Back-off and the spacing of requests are slept on it; the limits of an exchange are real time. */
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  readonly log: Log;
  readonly timeouts?:
    | {
        /** Default 10,000. */
        readonly connectMs?: number | undefined;
        /** From sending a request to the last byte of its answer; default 60,000. */
        readonly answerMs?: number | undefined;
      }
    | undefined;
  /** Largest answer of all; default 64 MiB for a page of a list, 4 MiB for anything else. */
  readonly maxAnswerBytes?: number | undefined;
  /** After every exchange, those with Keystone included. */
  readonly onExchange?: ((event: ExchangeEvent) => void) | undefined;
  /** +1 and -1 around every exchange, not around waiting between them: a virtual clock stands still while any is under way. */
  readonly onPending?: ((change: 1 | -1) => void) | undefined;
}

export interface CinderCloud extends Cloud {
  /** Fails every exchange that is under way for this reason, and every later one. */
  abort(reason: string): void;
}

/**
 * A Cinder, through its HTTP API, microversion 3.0 or later; authenticates at the first call.
 *
 * Beside the errors of {@link Cloud}, its methods throw `CinderResponseError` for a status that is no outcome of the call,
 * `CinderProtocolError` for an answer that no Cinder gives, and `CredentialsError` when the token has no project or the
 * catalog no fitting endpoint.
 */
export function createCinderCloud(options: CinderCloudOptions): CinderCloud {
  const { name, clock, timeouts } = options;
  const dispatcher = createDispatcher({
    connectMs: timeouts?.connectMs ?? 10_000,
    ca: options.ca,
    proxyUrl: options.proxyUrl,
  });
  const exchange = createExchange({
    dispatcher,
    answerMs: timeouts?.answerMs ?? 60_000,
    maxPageBytes: options.maxAnswerBytes ?? MAX_PAGE_BYTES,
    maxAnswerBytes: options.maxAnswerBytes ?? MAX_ANSWER_BYTES,
    clock,
    onExchange: options.onExchange,
    onPending: options.onPending,
  });
  const cloudClock = createCloudClock();
  let closing: Promise<void> | undefined;
  const takeTurn = createRateLimit(options.requestsPerSecond, clock);
  const sessions = createOperationSessions(
    toOperationCredentials(options.credentials),
    (credentials) =>
      createCinderSession({
        credentials,
        region: options.region,
        interface: options.interface ?? 'public',
        exchange,
        takeTurn,
        cloudClock,
        clock,
        random: options.random,
        log: options.log,
      }),
    name,
  );

  const now = () => new Date(clock.now().getTime() + cloudClock.skewMs());
  const common = { name, now, close: () => (closing ??= dispatcher.close()) };
  return {
    ...openOn(sessions, common),
    abort(reason) {
      void dispatcher.destroy(new errors.ClientDestroyedError(reason));
    },
  };
}

/** The calls of the port, each through the session of its operation. */
function openOn(sessions: OperationSessions, common: Pick<Cloud, 'name' | 'now' | 'close'>): Cloud {
  const { reading, sessionFor } = sessions;
  return {
    ...common,
    async identify() {
      const { projectId, microversion, canUpdateBackups, hasBackupMetadata } = await reading.identify();
      return { projectId, microversion, canUpdateBackups, hasBackupMetadata };
    },
    checkCredentials: () => checkCredentials(sessions),
    async prepareFor(operation) {
      await (await sessionFor(operation)).identify();
    },

    listBackups: (query) => listBackups(reading, query),
    getBackup: (id) => getBackup(reading, id),
    createBackup: async (request) => createBackup(await sessionFor('create'), request),
    updateBackup: async (id, change) => updateBackup(await sessionFor('create'), id, change),
    deleteBackup: async (id) => deleteBackup(await sessionFor('prune'), id),
    restoreBackup: async (id, { volumeId }) => restoreBackup(await sessionFor('restore'), id, volumeId),
    exportBackup: (id) => exportBackup(reading, id),
    importBackup: async (backup) => importBackup(await sessionFor('create'), backup),

    listVolumes: (query) => listVolumes(reading, query),
    getVolume: (id) => getVolume(reading, id),
    createVolume: async (request) => createVolume(await sessionFor('restore'), request),
    deleteVolume: async (id) => deleteVolume(await sessionFor('restore'), id),

    listSnapshots: (query) => listSnapshots(reading, query),
    getSnapshot: (id) => getSnapshot(reading, id),
    createSnapshot: async (request) => createSnapshot(await sessionFor('create'), request),
    deleteSnapshot: async (id) => deleteSnapshot(await sessionFor('create'), id),

    getLimits: () => getLimits(reading),
    listMessages: (resourceId) => listMessages(reading, resourceId),
    guardedBy: (mayChange) => openOn(guardChanges(sessions, mayChange), common),
  };
}

function toOperationCredentials(given: CinderCloudOptions['credentials']): OperationCredentials {
  if ('read' in given) return given;
  const source = createCredentialsSource(async () => given);
  return { read: source, create: source, prune: source, restore: source };
}
