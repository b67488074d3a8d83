import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { GIB_BYTES } from '../content/blocks.ts';
import type { FrozenContent } from '../content/volume-contents.ts';
import { Refusal } from '../protocol/errors.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { VolumeRow } from '../state/rows.ts';
import { writeVolume } from '../volumes/volume-content.ts';
import { type ByteRange, readContentRange, readRange } from './byte-ranges.ts';

const SLICE_BYTES = 1024 * 1024;

interface ContentExchange {
  readonly cloud: CloudState;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/**
 * Sends a volume's bytes as they are now, or the range of them that is asked for.
 *
 * @throws {Refusal} 416 for a range that is not one, or begins beyond the end.
 */
export async function sendContent(
  { cloud, request, response }: ContentExchange,
  volume: VolumeRow,
): Promise<void> {
  const sizeBytes = volume.size * GIB_BYTES;
  const asked = request.headers.range;
  const range = asked === undefined ? { offset: 0, length: sizeBytes } : readRange(asked, sizeBytes);
  if (range === undefined) {
    throw new Refusal(416, `Range: ${asked}: must be one range, such as bytes=0-4095, of ${sizeBytes} bytes`);
  }
  const end = range.offset + range.length - 1;
  response.writeHead(asked === undefined ? 200 : 206, {
    'Content-Type': 'application/octet-stream',
    'Content-Length': range.length,
    'Accept-Ranges': 'bytes',
    ...(asked === undefined ? {} : { 'Content-Range': `bytes ${range.offset}-${end}/${sizeBytes}` }),
  });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  const frozen = cloud.contents.freeze(volume.id);
  try {
    await pipeline(Readable.from(slicesOf(frozen, range)), response);
  } catch (error) {
    if (!isCutConnection(error)) throw error;
  } finally {
    frozen.release();
  }
}

function* slicesOf(content: FrozenContent, { offset, length }: ByteRange): Generator<Uint8Array> {
  for (let at = 0; at < length; at += SLICE_BYTES) {
    yield content.read(offset + at, Math.min(SLICE_BYTES, length - at));
  }
}

/**
 * Writes a body into a volume, at its beginning or where a `Content-Range` says. It is written as it comes: of a body
 * that is cut off, what came is there.
 *
 * @throws {Refusal} 400 for a `Content-Range` that is not one, or is not the body's; 416 beyond the volume's end.
 */
export async function receiveContent({ cloud, request }: ContentExchange, volume: VolumeRow): Promise<void> {
  const range = rangeOfBody(request);
  const end = range.length === undefined ? Number.POSITIVE_INFINITY : range.offset + range.length;
  let at = range.offset;
  let pending: Uint8Array[] = [];
  const flush = (): void => {
    const bytes = Buffer.concat(pending);
    pending = [];
    requireVolume(cloud, volume);
    requireRoom(volume, at + bytes.length);
    if (at + bytes.length > end)
      throw new Refusal(400, `Content-Range: the body is longer than ${range.length} bytes`);
    writeVolume(cloud, volume, at, bytes);
    at += bytes.length;
  };
  if (range.length !== undefined) requireRoom(volume, at + range.length);
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      pending.push(chunk);
      if (pending.reduce((sum, { length }) => sum + length, 0) >= SLICE_BYTES) flush();
    }
  } catch (error) {
    if (isCutConnection(error)) return;
    throw error;
  }
  flush();
}

function rangeOfBody(request: IncomingMessage): { readonly offset: number; readonly length?: number } {
  const lengthText = request.headers['content-length'];
  const length = lengthText === undefined ? {} : { length: Number(lengthText) };
  const asked = request.headers['content-range'];
  if (asked === undefined) return { offset: 0, ...length };
  const range = readContentRange(asked);
  if (range === undefined) {
    throw new Refusal(400, `Content-Range: ${asked}: must be of the form bytes 0-4095/*`);
  }
  if (length.length !== undefined && length.length !== range.length) {
    throw new Refusal(400, `Content-Range: ${asked}: is ${range.length} bytes, the body ${length.length}`);
  }
  return range;
}

function requireVolume(cloud: CloudState, volume: VolumeRow): void {
  cloud.settle();
  if (cloud.volumes.get(volume.id) !== volume) throw new Refusal(404, `volume ${volume.id}: is gone`);
}

function requireRoom(volume: VolumeRow, end: number): void {
  const sizeBytes = volume.size * GIB_BYTES;
  if (end > sizeBytes) throw new Refusal(416, `volume ${volume.id}: has ${sizeBytes} bytes, not ${end}`);
}

function isCutConnection(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}
