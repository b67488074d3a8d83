import { type Schema, TYPES } from '../protocol/schema.ts';

const typeName: Schema = { type: 'string', minLength: 1, maxLength: 255 };

const specValue: Schema = { type: ['string', 'null'], maxLength: 255 };
const specs: Schema = {
  type: 'object',
  patternProperties: { '^[a-zA-Z0-9-_:. /]{1,255}$': specValue },
  additionalProperties: false,
};
/** Of what is changed later: keys that fit into a URL. */
const plainSpecs: Schema = {
  type: 'object',
  patternProperties: { '^[a-zA-Z0-9-_:.]{1,255}$': specValue },
  additionalProperties: false,
};

function wrapped(name: string, properties: Record<string, Schema>, required: readonly string[]): Schema {
  return {
    type: 'object',
    properties: { [name]: { type: 'object', properties, required, additionalProperties: false } },
    required: [name],
    additionalProperties: false,
  };
}

/** @see cinder/api/schemas/volume_types.py and types_extra_specs.py */
export const createTypeSchema = wrapped(
  'volume_type',
  {
    name: typeName,
    description: TYPES.text,
    extra_specs: specs,
    'os-volume-type-access:is_public': TYPES.boolean,
  },
  ['name'],
);

export const updateTypeSchema = wrapped(
  'volume_type',
  { name: TYPES.text, description: TYPES.text, is_public: TYPES.boolean },
  [],
);

export const createSpecsSchema: Schema = {
  type: 'object',
  properties: { extra_specs: plainSpecs },
  required: ['extra_specs'],
  additionalProperties: false,
};

export const updateSpecsSchema: Schema = { ...plainSpecs, minProperties: 1, maxProperties: 1 };
