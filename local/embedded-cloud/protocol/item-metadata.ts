import { createHash } from 'node:crypto';
import type { Metadata } from '../state/rows.ts';
import type { Call, Handler } from './call.ts';
import { badRequest, Refusal } from './errors.ts';
import { FROM } from './microversion.ts';
import { authorize } from './policy.ts';
import { isObject, type Schema, TYPES, validateBody } from './schema.ts';

interface Described {
  readonly id: string;
  readonly metadata: Metadata;
}

/** What has metadata that can be read and changed item by item. */
export interface MetadataOwner<R extends Described> {
  /** As it begins a message: `Volume`. */
  readonly what: string;
  /** Whether its requests have schemas and ETags; those without are checked by hand, in other words. */
  readonly hasSchemas: boolean;
  /** As its policies name it: `volume`. */
  readonly kind: string;
  find(call: Call): R;
  set(call: Call, row: R, metadata: Metadata): void;
}

const createSchema: Schema = {
  type: 'object',
  properties: { metadata: TYPES.metadata },
  required: ['metadata'],
  additionalProperties: false,
};
const updateSchema: Schema = {
  type: 'object',
  properties: { meta: { ...TYPES.metadata, minProperties: 1, maxProperties: 1 } },
  required: ['meta'],
  additionalProperties: false,
};

export interface MetadataHandlers {
  readonly list: Handler;
  readonly show: Handler;
  readonly add: Handler;
  readonly replace: Handler;
  readonly update: Handler;
  readonly remove: Handler;
}

/**
 * The requests below `…/{id}/metadata`, which are the same for volumes and snapshots.
 *
 * @see cinder/api/v3/volume_metadata.py and snapshot_metadata.py (Cinder 21.3.1)
 */
export function metadataHandlers<R extends Described>(owner: MetadataOwner<R>): MetadataHandlers {
  const { kind, find, set, hasSchemas } = owner;
  const hasEtags = (call: Call): boolean => hasSchemas && call.version >= FROM.etags;
  const isAsMeant = (call: Call, { metadata }: R): boolean =>
    call.ifMatch === undefined || !hasEtags(call) || call.ifMatch.includes(etagOf(metadata));
  const change = (call: Call, row: R, metadata: Metadata, action: 'create' | 'update'): void => {
    authorize(call, `volume:${action}_${kind}_metadata`);
    if (!hasSchemas) checkMetadata(metadata);
    set(call, row, metadata);
  };

  return {
    list(call) {
      const { metadata } = read(call, owner);
      if (!hasEtags(call)) return { status: 200, body: { metadata } };
      return { status: 200, isBare: true, text: textOf(metadata), headers: { Etag: etagOf(metadata) } };
    },
    show(call) {
      const row = read(call, owner);
      const key = call.params[1] ?? '';
      const value = row.metadata[key];
      if (value === undefined) throw noSuchItem(owner, row, key);
      return { status: 200, body: { meta: { [key]: value } } };
    },
    add(call) {
      const asked = askedMetadata(call, owner);
      const row = find(call);
      const metadata = { ...row.metadata, ...asked };
      change(call, row, metadata, 'create');
      return { status: 200, body: { metadata } };
    },
    replace(call) {
      const metadata = askedMetadata(call, owner);
      const row = find(call);
      if (!isAsMeant(call, row)) return { status: 412, isBare: true };
      change(call, row, metadata, 'update');
      return { status: 200, body: { metadata } };
    },
    update(call) {
      const meta = askedItem(call, owner);
      const row = find(call);
      if (!isAsMeant(call, row)) return { status: 412, isBare: true };
      change(call, row, { ...row.metadata, ...meta }, 'update');
      return { status: 200, body: { meta } };
    },
    remove(call) {
      const row = find(call);
      const { [call.params[1] ?? '']: removed, ...rest } = row.metadata;
      if (removed === undefined) throw noSuchItem(owner, row, call.params[1] ?? '');
      authorize(call, `volume:delete_${kind}_metadata`);
      set(call, row, rest);
      return { status: 200, isBare: true };
    },
  };
}

function read<R extends Described>(call: Call, { kind, find }: MetadataOwner<R>): R {
  const row = find(call);
  authorize(call, `volume:get_${kind}_metadata`, 'read');
  return row;
}

function askedMetadata<R extends Described>(call: Call, { hasSchemas }: MetadataOwner<R>): Metadata {
  if (hasSchemas) validateBody(call.body, createSchema);
  return innerOf(call, 'metadata');
}

function innerOf({ body }: Call, name: string): Metadata {
  const inner = isObject(body) ? body[name] : undefined;
  if (!isObject(inner)) throw badRequest(`Missing required element '${name}' in request body.`);
  return inner as Metadata;
}

/**
 * @throws {Refusal} 400, or 413 for what is too long.
 * @see cinder/utils.py check_metadata_properties (Cinder 21.3.1)
 */
function checkMetadata(metadata: Readonly<Record<string, unknown>>): void {
  const invalid = (reason: string) => badRequest(`Invalid metadata: Invalid input received: ${reason}`);
  const tooLong = (reason: string) =>
    new Refusal(413, `Invalid metadata size: Metadata property key ${reason}`);
  for (const [key, value] of Object.entries(metadata)) {
    if (key === '') throw invalid('Metadata key:  has 0 characters, less than 1.');
    if (typeof value !== 'string') {
      throw invalid(`Value for metadata key: ${key} is not a string or unicode`);
    }
    if (key.length > 255) throw tooLong(`${key} greater than 255 characters.`);
    if (value.length > 255) throw tooLong(`${key} value greater than 255 characters.`);
  }
}

/** @throws {Refusal} 400 when the body does not have the one item that the URL names. */
function askedItem<R extends Described>(call: Call, { hasSchemas }: MetadataOwner<R>): Metadata {
  if (hasSchemas) validateBody(call.body, updateSchema);
  const meta = innerOf(call, 'meta');
  if (!Object.hasOwn(meta, call.params[1] ?? '')) {
    throw badRequest('Request body and URI mismatch');
  }
  if (Object.keys(meta).length > 1) throw badRequest('Request body contains too many items');
  return meta;
}

function noSuchItem<R extends Described>({ what }: MetadataOwner<R>, { id }: R, key: string): Refusal {
  return new Refusal(404, `${what} ${id} has no metadata with key ${key}.`);
}

/** Of the body as Cinder writes it, so that one taken from it fits here. */
function etagOf(metadata: Metadata): string {
  return createHash('md5').update(textOf(metadata)).digest('hex');
}

/** The body as Python's `json` writes it: with blanks, and in ASCII. */
function textOf(metadata: Metadata): string {
  const items = Object.entries(metadata).map(([key, value]) => `${asciiJson(key)}: ${asciiJson(value)}`);
  return `{"metadata": {${items.join(', ')}}}`;
}

function asciiJson(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
