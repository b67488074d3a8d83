import type { Backup, VolumeId } from './backup.ts';
import type { Pin, RecordKey } from './backup-record.ts';
import { parseSlotText, slotText } from './slot.ts';

/** Who made a backup and for what, as the backup itself says. */
export interface Marker {
  readonly deployment: string;
  readonly policy: string;
  readonly slotAt: Date;
  /** Unknown when only the metadata or the description still says it: someone renamed the backup. */
  readonly attempt?: number;
  readonly pin?: Pin;
}

export interface MarkerName {
  readonly deployment: string;
  readonly policy: string;
  readonly slotAt: Date;
  readonly attempt: number;
  readonly volumeHash: string;
}

/** No hyphen: it is what ends the deployment in a marker name. */
export const DEPLOYMENT_NAME = /^[a-z0-9_]{1,32}$/;
export const POLICY_NAME = /^[a-z0-9][a-z0-9_.-]{0,47}$/;

export const MARKER_KEY = 'cinderkeep';

const NAME_FORM =
  /^ck-([a-z0-9_]{1,32})-([a-z0-9][a-z0-9_.-]{0,47})-(\d{8}T\d{6}Z)-([1-9]\d{0,8})-([0-9a-f]{16})$/;
const TEXT_FORM = /^v1;([a-z0-9_]{1,32});([a-z0-9][a-z0-9_.-]{0,47});(\d{8}T\d{6}Z);([^;]*)$/;

/** @see cinder/api/schemas/backups.py: names, descriptions and metadata values of at most 255 characters */
const LONGEST_TEXT = 255;
const LONGEST_AUTHOR = 40;

/**
 * The name of a backup and of its temporary snapshot: `ck-<deployment>-<policy>-<slot>-<attempt>-<hash of the volume id>`. It is
 * the key by which a backup is found whose creation was never answered, as members can filter by the exact name only.
 *
 * @throws {RangeError} if it would not read back, so that no backup is made that we could not own.
 */
export function markerName(parts: { readonly deployment: string } & Omit<RecordKey, 'cloud'>): string {
  const { deployment, policy, slotAt, attempt, volumeId } = parts;
  const name = `ck-${deployment}-${policy}-${slotText(slotAt)}-${attempt}-${hashVolumeId(volumeId)}`;
  if (!DEPLOYMENT_NAME.test(deployment) || !NAME_FORM.test(name)) {
    throw new RangeError(
      `"${name}" is no marker name: deployment "${deployment}", policy "${policy}", attempt ${attempt}`,
    );
  }
  return name;
}

/** Reads a marker name; `undefined` for any other text and, if a deployment is given, for another's. */
export function parseMarkerName(name: string, deployment?: string): MarkerName | undefined {
  const [, owner, policy, slot, attempt, volumeHash] = NAME_FORM.exec(name) ?? [];
  const slotAt = parseSlotText(slot ?? '');
  if (owner === undefined || policy === undefined || volumeHash === undefined || slotAt === undefined)
    return undefined;
  if (deployment !== undefined && deployment !== owner) return undefined;
  return { deployment: owner, policy, slotAt, attempt: Number(attempt), volumeHash };
}

type MarkerParts = Pick<Marker, 'deployment' | 'policy' | 'slotAt' | 'pin'>;

/** The marker as backup metadata: `{ cinderkeep: 'v1;<deployment>;<policy>;<slot>;<pin>' }`, at most 255 characters. */
export function markerMetadata(parts: MarkerParts): Record<typeof MARKER_KEY, string> {
  const { deployment, policy, slotAt, pin } = parts;
  const head = `v1;${deployment};${policy};${slotText(slotAt)};`;
  return {
    [MARKER_KEY]:
      head + (pin === undefined ? '' : pinText(pin, LONGEST_TEXT - MARKER_KEY.length - 1 - head.length)),
  };
}

/** The marker as a description, for microversions below 3.43, where backups have no metadata: `cinderkeep=v1;…`. */
export function markerDescription(parts: MarkerParts): string {
  return `${MARKER_KEY}=${markerMetadata(parts)[MARKER_KEY]}`;
}

/** Reads the marker in metadata; `undefined` if there is none that we understand. */
export function parseMarkerMetadata(metadata: Readonly<Record<string, string>>): MarkerParts | undefined {
  return Object.hasOwn(metadata, MARKER_KEY) ? parseMarkerText(metadata[MARKER_KEY] ?? '') : undefined;
}

/** Reads what `markerDescription` writes. */
export function parseMarkerDescription(description: string): MarkerParts | undefined {
  const prefix = `${MARKER_KEY}=`;
  return description.startsWith(prefix) ? parseMarkerText(description.slice(prefix.length)) : undefined;
}

/**
 * Whose backup it is: the marker if its name, metadata or description says this deployment. Whatever speaks of a marker at all must
 * be readable and agree on deployment, policy and slot, and the name must be for this volume: in doubt the
 * backup is foreign, and foreign backups are never deleted.
 */
export function readMarker(
  backup: Pick<Backup, 'name' | 'description' | 'metadata' | 'volumeId'>,
  deployment: string,
): Marker | undefined {
  const name = parseMarkerName(backup.name);
  if (name !== undefined && name.volumeHash !== hashVolumeId(backup.volumeId)) return undefined;
  const texts = markerTexts(backup).map(parseMarkerText);
  const claims = [name, ...texts].filter((claim) => claim !== undefined);
  const [first] = claims;
  if (first === undefined || texts.includes(undefined)) return undefined;
  if (first.deployment !== deployment || !claims.every((claim) => isSameSlot(claim, first))) return undefined;
  const pin = texts.find((text) => text?.pin !== undefined)?.pin;
  return {
    deployment,
    policy: first.policy,
    slotAt: first.slotAt,
    ...(name && { attempt: name.attempt }),
    ...(pin && { pin }),
  };
}

/** The pin in a backup's metadata or description, whatever deployment made it. */
export function readPin(backup: Pick<Backup, 'metadata' | 'description'>): Pin | undefined {
  return markerTexts(backup)
    .map(parseMarkerText)
    .find((text) => text?.pin !== undefined)?.pin;
}

function markerTexts({ metadata, description }: Pick<Backup, 'metadata' | 'description'>): string[] {
  const texts: string[] = [];
  if (metadata !== undefined && Object.hasOwn(metadata, MARKER_KEY)) texts.push(metadata[MARKER_KEY] ?? '');
  const prefix = `${MARKER_KEY}=`;
  if (description.startsWith(prefix)) texts.push(description.slice(prefix.length));
  return texts;
}

function parseMarkerText(text: string): MarkerParts | undefined {
  const [, deployment, policy, slot, pin] = TEXT_FORM.exec(text) ?? [];
  const slotAt = parseSlotText(slot ?? '');
  if (deployment === undefined || policy === undefined || slotAt === undefined) return undefined;
  return { deployment, policy, slotAt, ...(pin !== undefined && pin !== '' && { pin: parsePin(pin) }) };
}

function isSameSlot(a: MarkerParts, b: MarkerParts): boolean {
  return a.deployment === b.deployment && a.policy === b.policy && a.slotAt.getTime() === b.slotAt.getTime();
}

/** `<until>,<by>,<reason>`, each percent-encoded where it must be, the reason cut to what there is room for. */
function pinText({ until, by, reason }: Pin, room: number): string {
  const untilText = until === undefined ? '' : slotText(new Date(Math.ceil(until.getTime() / 1000) * 1000));
  const head = `${untilText},${encodeUpTo(by ?? '', LONGEST_AUTHOR)},`;
  return head + encodeUpTo(reason, room - head.length);
}

/** A pin that someone wrote by hand is a pin too, and all of it the reason. */
function parsePin(text: string): Pin {
  const [untilText = '', by = '', reason, ...more] = text.split(',').map(decode);
  const until = parseSlotText(untilText);
  if (reason === undefined || more.length > 0 || (until === undefined) !== (untilText === ''))
    return { reason: text };
  return { reason, ...(by !== '' && { by }), ...(until && { until }) };
}

/** Cinder's database may take no character outside the basic plane, and `;`, `,` and `%` are ours. */
function encodeUpTo(text: string, length: number): string {
  let encoded = '';
  for (const character of text.toWellFormed()) {
    const next = isPlain(character) ? character : encodeURIComponent(character);
    if (encoded.length + next.length > length) break;
    encoded += next;
  }
  return encoded;
}

function isPlain(character: string): boolean {
  return character.length === 1 && character >= ' ' && !'%;,\u007f'.includes(character);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

/** FNV-1a, 64 bits, over the UTF-16 code units' bytes (low byte first, the high one only if it is not 0), as 16 hex digits. */
export function hashVolumeId(volumeId: VolumeId): string {
  let [high, low] = [0xcbf29ce4, 0x84222325];
  for (const byte of bytesOf(volumeId)) {
    low = (low ^ byte) >>> 0;
    // Times the prime 2^40 + 0x1b3, in halves that stay exact in a double.
    const product = low * 0x1b3;
    high = (high * 0x1b3 + Math.floor(product / 2 ** 32) + (low << 8)) >>> 0;
    low = product >>> 0;
  }
  return hex(high) + hex(low);
}

function bytesOf(text: string): number[] {
  const bytes: number[] = [];
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    bytes.push(unit & 0xff);
    if (unit > 0xff) bytes.push(unit >>> 8);
  }
  return bytes;
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}
