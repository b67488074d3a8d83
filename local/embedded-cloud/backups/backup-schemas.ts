import { badRequest } from '../protocol/errors.ts';
import { FROM, type Minor } from '../protocol/microversion.ts';
import { type Schema, TYPES } from '../protocol/schema.ts';

/** @see cinder/api/schemas/backups.py */
const createFields: Record<string, Schema> = {
  volume_id: TYPES.uuid,
  container: TYPES.text,
  description: TYPES.text,
  incremental: TYPES.boolean,
  force: TYPES.boolean,
  name: TYPES.text,
  snapshot_id: TYPES.uuidOrNull,
};
const createFieldsWithMetadata = { ...createFields, metadata: TYPES.metadataOrNull };
const createFieldsWithZone = { ...createFieldsWithMetadata, availability_zone: TYPES.text };

const updateFields: Record<string, Schema> = { name: TYPES.text, description: TYPES.text };

function wrapped(name: string, inner: Schema): Schema {
  return { type: 'object', properties: { [name]: inner }, required: [name], additionalProperties: false };
}

function createSchema(properties: Record<string, Schema>): Schema {
  return wrapped('backup', {
    type: 'object',
    properties,
    required: ['volume_id'],
    additionalProperties: false,
  });
}

function updateSchema(properties: Record<string, Schema>): Schema {
  return wrapped('backup', { type: ['object', 'null'], properties, additionalProperties: false });
}

const create = createSchema(createFields);
const createWithMetadata = createSchema(createFieldsWithMetadata);
const createWithZone = createSchema(createFieldsWithZone);
const update = updateSchema(updateFields);
const updateWithMetadata = updateSchema({ ...updateFields, metadata: TYPES.metadata });

export function createBackupSchema(version: Minor): Schema {
  if (version >= FROM.backupZone) return createWithZone;
  return version >= FROM.backupMetadata ? createWithMetadata : create;
}

export function updateBackupSchema(version: Minor): Schema {
  return version >= FROM.backupMetadata ? updateWithMetadata : update;
}

export const restoreSchema: Schema = wrapped('restore', {
  type: ['object', 'null'],
  properties: { name: TYPES.text, volume_id: TYPES.uuidOrNull },
  additionalProperties: false,
});

export const importSchema: Schema = wrapped('backup-record', {
  type: 'object',
  properties: {
    backup_service: { type: 'string', minLength: 0, maxLength: 255 },
    backup_url: { type: 'string', minLength: 1 },
  },
  required: ['backup_service', 'backup_url'],
  additionalProperties: false,
});

export const resetStatusSchema: Schema = wrapped('os-reset_status', {
  type: 'object',
  properties: { status: { type: 'string', check: requireResettable } },
  required: ['status'],
  additionalProperties: false,
});

function requireResettable(status: unknown): void {
  const lower = String(status).toLowerCase();
  if (lower === 'available' || lower === 'error') return;
  throw badRequest(`Backup status: ${status} is invalid, valid statuses are: ['available', 'error'].`);
}
