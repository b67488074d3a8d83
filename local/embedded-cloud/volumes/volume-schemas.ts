import { pythonRepr } from '../protocol/cloud-text.ts';
import { badRequest, invalidInput } from '../protocol/errors.ts';
import { FROM, type Minor } from '../protocol/microversion.ts';
import { isObject, type Schema, TYPES, trimmed } from '../protocol/schema.ts';
import { SNAPSHOT_STATUSES, VOLUME_STATUSES } from './volume-status.ts';

const size: Schema = { type: ['integer', 'string', 'null'], pattern: '^[0-9]+$', minimum: 1 };
const longText: Schema = { type: ['string', 'null'], minLength: 0, maxLength: 255 };

/** @see cinder/api/validation/validators.py _validate_string_length (Cinder 21.3.1) */
function trimmedText(name: string): Schema {
  return {
    type: ['string', 'null'],
    check(text) {
      const length = Array.from(trimmed(text) ?? '').length;
      if (length > 255) throw invalidInput(`${name} has ${length} characters, more than 255.`);
    },
  };
}
const texts = {
  name: trimmedText('name'),
  description: trimmedText('description'),
  display_name: trimmedText('name'),
  display_description: trimmedText('description'),
};

/** @see cinder/api/schemas/volumes.py */
const createFields: Record<string, Schema> = {
  ...texts,
  volume_type: TYPES.text,
  metadata: TYPES.metadataOrNull,
  snapshot_id: TYPES.uuidOrNull,
  source_volid: TYPES.uuidOrNull,
  consistencygroup_id: TYPES.uuidOrNull,
  size,
  availability_zone: TYPES.zone,
  multiattach: { oneOf: [{ type: 'null' }, TYPES.boolean] },
  image_id: longText,
  imageRef: longText,
};
const createFieldsWithGroup = { ...createFields, group_id: longText };
const createFieldsWithBackup = { ...createFieldsWithGroup, backup_id: TYPES.uuidOrNull };

function createSchema(properties: Record<string, Schema>, additionalProperties: boolean): Schema {
  return {
    type: 'object',
    properties: {
      volume: { type: 'object', properties, additionalProperties },
      'OS-SCH-HNT:scheduler_hints': { type: ['object', 'null'] },
    },
    required: ['volume'],
    additionalProperties: false,
  };
}

const create = createSchema(createFields, true);
const createWithGroup = createSchema(createFieldsWithGroup, true);
const createWithBackup = createSchema(createFieldsWithBackup, true);
const createStrictly = createSchema(createFieldsWithBackup, false);

export function createVolumeSchema(version: Minor): Schema {
  if (version >= FROM.strictVolumeSchema) return createStrictly;
  if (version >= FROM.volumeOfBackup) return createWithBackup;
  return version >= FROM.groupOfVolume ? createWithGroup : create;
}

const updateFields: Record<string, Schema> = { ...texts, metadata: TYPES.metadata };

function updateSchema(more: Partial<Schema>): Schema {
  const volume: Schema = {
    type: 'object',
    properties: updateFields,
    additionalProperties: false,
    ...more,
  };
  return { type: 'object', properties: { volume }, required: ['volume'], additionalProperties: false };
}

const update = updateSchema({});
const updateSomething = updateSchema({ anyOf: oneRequired(Object.keys(updateFields)) });

export function updateVolumeSchema(version: Minor): Schema {
  return version >= FROM.strictVolumeSchema ? updateSomething : update;
}

/** At least one of the keys has to be there. */
export function oneRequired(names: readonly string[]): readonly Schema[] {
  return names.map((name) => ({ required: [name] }));
}

function action(name: string, properties: Record<string, Schema>, more: Partial<Schema> = {}): Schema {
  return {
    type: 'object',
    properties: { [name]: { type: 'object', properties, additionalProperties: false, ...more } },
    required: [name],
    additionalProperties: false,
  };
}

const ATTACH_STATUSES = ['attached', 'detached'];
const MIGRATION_STATUSES = ['migrating', 'error', 'success', 'completing', 'none', 'starting'];

const asTuple = (values: readonly string[]): string => `(${values.map(pythonRepr).join(', ')})`;

/** Refuses a status that there is not; an empty one is none, unless said otherwise. */
function oneOf(
  what: string,
  valid: readonly string[],
  show: (valid: readonly string[]) => string,
  empty?: 'empty too',
) {
  return (status: unknown): void => {
    if (typeof status !== 'string' || (status === '' && empty === undefined)) return;
    if (valid.includes(status.toLowerCase())) return;
    throw badRequest(`${what}: ${status} is invalid, valid statuses are: ${show(valid)}.`);
  };
}

function requireSomeStatus(asked: unknown): void {
  const { status, attach_status, migration_status } = isObject(asked) ? asked : {};
  if (![status, attach_status, migration_status].every(isNothing)) return;
  throw badRequest("Must specify 'status', 'attach_status' or 'migration_status' for update.");
}

/** What Python takes for false. */
function isNothing(value: unknown): boolean {
  return !value || (typeof value === 'object' && Object.keys(value).length === 0);
}

/** @see cinder/api/schemas/volume_actions.py and admin_actions.py */
export const ACTION_SCHEMAS = {
  extend: action(
    'os-extend',
    { new_size: { type: ['integer', 'string'], pattern: '^[0-9]+$', minimum: 1 } },
    { required: ['new_size'] },
  ),
  attach: action(
    'os-attach',
    {
      instance_uuid: TYPES.uuid,
      mountpoint: { type: 'string', minLength: 1, maxLength: 255 },
      host_name: { type: 'string', maxLength: 255 },
      mode: { type: 'string', enum: ['rw', 'ro'] },
    },
    { required: ['mountpoint'], anyOf: oneRequired(['instance_uuid', 'host_name']) },
  ),
  detach: action('os-detach', { attachment_id: TYPES.uuidOrNull }, { type: ['object', 'null'] }),
  forceDetach: action('os-force_detach', {
    connector: { type: ['string', 'object', 'null'] },
    attachment_id: { type: ['string', 'null'] },
  }),
  setBootable: action('os-set_bootable', { bootable: TYPES.boolean }, { required: ['bootable'] }),
  setReadonly: action('os-update_readonly_flag', { readonly: TYPES.boolean }, { required: ['readonly'] }),
  resetStatus: action(
    'os-reset_status',
    {
      status: { type: ['string', 'null'], check: oneOf('Volume status', VOLUME_STATUSES, asTuple) },
      attach_status: {
        type: ['string', 'null'],
        check: oneOf('Volume attach status', ATTACH_STATUSES, pythonRepr),
      },
      migration_status: {
        type: ['string', 'null'],
        check: oneOf('Volume migration status', MIGRATION_STATUSES, asTuple),
      },
    },
    { check: requireSomeStatus },
  ),
  resetSnapshotStatus: action(
    'os-reset_status',
    { status: { type: 'string', check: oneOf('Snapshot status', SNAPSHOT_STATUSES, asTuple, 'empty too') } },
    { required: ['status'] },
  ),
  updateSnapshotStatus: action(
    'os-update_snapshot_status',
    { status: { type: 'string' }, progress: { type: 'string' } },
    { required: ['status'] },
  ),
} satisfies Record<string, Schema>;
