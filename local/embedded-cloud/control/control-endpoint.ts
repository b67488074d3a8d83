import type { IncomingMessage, ServerResponse } from 'node:http';
import { objectsOf } from '../content/backup-storage.ts';
import type { Token } from '../identity/tokens.ts';
import { Refusal } from '../protocol/errors.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { BackupRow, VolumeRow } from '../state/rows.ts';
import { allocatedBytes, digestVolume } from '../volumes/volume-content.ts';
import { receiveContent, sendContent } from './content-exchange.ts';

const ROOT = '/embedded/';

/** What a request to the endpoint comes with. */
interface ControlCall {
  readonly cloud: CloudState;
  readonly token: Token;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly query: URLSearchParams;
  /** The ids in the path, in order. */
  readonly ids: readonly string[];
}

type ControlHandler = (call: ControlCall) => unknown | Promise<unknown>;

/** An answer without a body where nothing is returned, JSON where something is, and none of both once headers are out. */
const HANDLERS: readonly (readonly [method: string, path: RegExp, handle: ControlHandler])[] = [
  ['GET', /^volumes\/([^/]+)\/content$/, (call) => sendContent(call, volumeOf(call))],
  ['HEAD', /^volumes\/([^/]+)\/content$/, (call) => sendContent(call, volumeOf(call))],
  ['PUT', /^volumes\/([^/]+)\/content$/, putContent],
  ['GET', /^volumes\/([^/]+)\/digest$/, showDigest],
  ['GET', /^backups\/([^/]+)\/objects$/, listObjects],
  ['DELETE', /^backups\/([^/]+)\/objects$/, loseObjects],
  ['DELETE', /^backups\/([^/]+)\/objects\/([^/]+)$/, loseObjects],
];

export function isControlPath(url: string | undefined): boolean {
  return url?.startsWith(ROOT) ?? false;
}

/**
 * Answers below `/embedded`: what servers and storage do to a real cloud's volumes and backups, and no API of it can.
 * A token opens it that Cinder would take: members reach the volumes of their project, administrators all.
 */
export async function answerControl(
  cloud: CloudState,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const answer = await dispatch(cloud, request, response);
    cloud.commit();
    if (!response.headersSent) reply(response, answer === undefined ? 204 : 200, answer);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // What is left of a body that nobody wants would be taken for the next request.
    if (!request.complete) response.setHeader('Connection', 'close');
    reply(response, error.status, { error: { code: error.status, message: error.message } });
  }
}

function dispatch(cloud: CloudState, request: IncomingMessage, response: ServerResponse): unknown {
  const [path = '', queryText = ''] = (request.url ?? '').slice(ROOT.length).split('?', 2);
  const found = HANDLERS.filter(([, pattern]) => pattern.test(path));
  if (found.length === 0) throw new Refusal(404, `${ROOT}${path}: there is no such thing here`);
  const [, pattern, handle] = found.find(([method]) => method === request.method) ?? [];
  if (pattern === undefined || handle === undefined) {
    const methods = found.map(([method]) => method).join(', ');
    throw new Refusal(405, `${request.method} ${ROOT}${path}: takes ${methods}`);
  }
  const text = request.headers['x-auth-token'];
  const token = typeof text === 'string' ? cloud.identity.tokens.find(text, cloud.settle()) : undefined;
  if (token?.project === undefined) {
    throw new Refusal(401, 'X-Auth-Token: must be a token for a project, as Keystone of this cloud gives it');
  }
  const ids = pattern.exec(path)?.slice(1) ?? [];
  return handle({ cloud, token, request, response, query: new URLSearchParams(queryText), ids });
}

function reply(response: ServerResponse, status: number, body: unknown): void {
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers =
    status === 204 ? {} : { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
  response.writeHead(status, headers);
  response.end(text);
}

function volumeOf({ cloud, token, ids }: ControlCall): VolumeRow {
  return visible(token, 'volume', ids[0] ?? '', cloud.volumes);
}

function backupOf({ cloud, token, ids }: ControlCall): BackupRow {
  return visible(token, 'backup', ids[0] ?? '', cloud.backups);
}

function visible<R extends { readonly project_id: string }>(
  { roles, project }: Token,
  what: string,
  id: string,
  store: { get(id: string): R | undefined },
): R {
  const row = store.get(id);
  if (row === undefined || !(roles.includes('admin') || row.project_id === project?.id)) {
    throw new Refusal(404, `${what} ${id}: there is none in the project of the token`);
  }
  return row;
}

function requireRole({ token }: ControlCall, role: 'member' | 'admin', what: string): void {
  if (!token.roles.includes(role)) throw new Refusal(403, `${what}: takes the role ${role}`);
}

function putContent(call: ControlCall): Promise<void> {
  const volume = volumeOf(call);
  requireRole(call, 'member', 'writing into a volume');
  return receiveContent(call, volume);
}

function showDigest(call: ControlCall): unknown {
  const { cloud, query } = call;
  const volume = volumeOf(call);
  const text = query.get('size_gib') ?? String(volume.size);
  const sizeGib = Number(text);
  if (!Number.isInteger(sizeGib) || sizeGib < 1 || sizeGib > volume.size) {
    throw new Refusal(400, `size_gib=${text}: must be 1 to ${volume.size}, the size of the volume`);
  }
  return {
    volume_id: volume.id,
    size_gib: sizeGib,
    digest: digestVolume(cloud, volume, sizeGib),
    allocated_bytes: allocatedBytes(cloud, volume),
  };
}

function listObjects(call: ControlCall): unknown {
  const objects = objectsOf(call.cloud.storage, backupOf(call).id);
  return { objects: objects.map(({ name, blocks }) => ({ name, blocks: blocks.length })) };
}

function loseObjects(call: ControlCall): void {
  const { cloud, ids } = call;
  const backup = backupOf(call);
  requireRole(call, 'admin', 'losing objects of a backup');
  const name = ids[1];
  const isThere = objectsOf(cloud.storage, backup.id).some((object) => object.name === name);
  if (name !== undefined && !isThere) {
    throw new Refusal(404, `object ${name}: backup ${backup.id} has none of that name`);
  }
  cloud.storage.lose(backup.id, name);
}
