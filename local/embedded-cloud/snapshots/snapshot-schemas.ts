import { type Schema, TYPES } from '../protocol/schema.ts';
import { oneRequired } from '../volumes/volume-schemas.ts';

function wrapped(properties: Record<string, Schema>, more: Partial<Schema>): Schema {
  const snapshot: Schema = { type: 'object', properties, additionalProperties: false, ...more };
  return { type: 'object', properties: { snapshot }, required: ['snapshot'], additionalProperties: false };
}

/** @see cinder/api/schemas/snapshots.py */
export const createSnapshotSchema = wrapped(
  {
    name: TYPES.text,
    display_name: TYPES.text,
    description: TYPES.text,
    volume_id: TYPES.uuidOrNull,
    force: TYPES.boolean,
    metadata: TYPES.metadataOrNull,
  },
  { required: ['volume_id'] },
);

const updateFields: Record<string, Schema> = {
  name: TYPES.text,
  description: TYPES.text,
  display_name: TYPES.text,
  display_description: TYPES.text,
};

export const updateSnapshotSchema = wrapped(updateFields, { anyOf: oneRequired(Object.keys(updateFields)) });
