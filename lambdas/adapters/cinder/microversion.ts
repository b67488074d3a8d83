import type { HttpAnswer } from './exchange.ts';

/** The newest that is spoken here; nothing for backups was added from 3.65 on. */
const NEWEST_MINOR = 71;
/** The name and description of a backup can be changed. */
export const UPDATE_MINOR = 9;
/** Why background work failed can be asked for. */
export const MESSAGES_MINOR = 3;
/** Backups carry metadata. */
export const METADATA_MINOR = 43;
/** Snapshots of in-use volumes need no `force`, and `force: false` is refused. */
export const SNAPSHOT_WITHOUT_FORCE_MINOR = 66;

/**
 * What to speak with a server, from its version document: the newest of both sides. A server that shows no versions
 * is spoken to in 3.0.
 *
 * @returns the minor number, 0 to 71; `undefined` when the answer is no version document.
 * @see cinder/api/versions.py VersionsController
 */
export function negotiateMinor(answer: HttpAnswer): number | undefined {
  if (answer.status !== 200 && answer.status !== 300) return undefined;
  for (const version of listVersions(answer.body)) {
    const newest = minorOf(version.version);
    if (typeof version.id === 'string' && version.id.startsWith('v3') && newest !== undefined) {
      return Math.min(newest, NEWEST_MINOR);
    }
  }
  return undefined;
}

function listVersions(body: string): readonly Readonly<Record<string, unknown>>[] {
  let document: unknown;
  try {
    document = JSON.parse(body);
  } catch {
    // A page of a proxy or a dashboard at the root of the host: it shows no versions.
    return [];
  }
  const versions = isObject(document) ? document.versions : undefined;
  return Array.isArray(versions) ? versions.filter(isObject) : [];
}

function minorOf(version: unknown): number | undefined {
  const match = typeof version === 'string' ? /^3\.(\d{1,4})$/.exec(version) : null;
  return match === null ? undefined : Number(match[1]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
