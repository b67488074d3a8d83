import type { Answer, Call } from '../protocol/call.ts';
import { badRequest, Refusal } from '../protocol/errors.ts';
import { authorize } from '../protocol/policy.ts';
import { validateBody } from '../protocol/schema.ts';
import type { Metadata } from '../state/rows.ts';
import { createSpecsSchema, updateSpecsSchema } from './type-schemas.ts';
import { findType, visibleSpecs } from './types.ts';
import type { VolumeTypeRow } from './volume-types.ts';

const typeOf = (call: Call): VolumeTypeRow => findType(call, call.params[0] ?? '');

export function listExtraSpecs(call: Call): Answer {
  authorize(call, 'volume_extension:types_extra_specs:index', 'read');
  return { status: 200, body: { extra_specs: visibleSpecs(call, typeOf(call)) } };
}

export function showExtraSpec(call: Call): Answer {
  authorize(call, 'volume_extension:types_extra_specs:show', 'read');
  const type = typeOf(call);
  const key = call.params[1] ?? '';
  const value = visibleSpecs(call, type)[key];
  if (value === undefined) throw noSuchSpec(type, key);
  return { status: 200, body: { [key]: value } };
}

export function createExtraSpecs(call: Call): Answer {
  validateBody(call.body, createSpecsSchema);
  const type = changeableType(call, 'volume_extension:types_extra_specs:create');
  const { extra_specs } = call.body as { extra_specs: Metadata };
  call.cloud.types.update(type, { extra_specs: { ...type.extra_specs, ...extra_specs } });
  return { status: 200, body: call.body };
}

export function updateExtraSpec(call: Call): Answer {
  validateBody(call.body, updateSpecsSchema);
  const type = changeableType(call, 'volume_extension:types_extra_specs:update');
  const specs = call.body as Metadata;
  if (!Object.hasOwn(specs, call.params[1] ?? '')) throw badRequest('Request body and URI mismatch');
  call.cloud.types.update(type, { extra_specs: { ...type.extra_specs, ...specs } });
  return { status: 200, body: specs };
}

export function deleteExtraSpec(call: Call): Answer {
  const type = changeableType(call, 'volume_extension:types_extra_specs:delete');
  const { [call.params[1] ?? '']: removed, ...extra_specs } = type.extra_specs;
  if (removed === undefined) throw noSuchSpec(type, call.params[1] ?? '');
  call.cloud.types.update(type, { extra_specs });
  return { status: 202 };
}

/** A type's extra specs are fixed while any volume is of it. */
function changeableType(call: Call, policy: string): VolumeTypeRow {
  authorize(call, policy);
  const type = typeOf(call);
  const isUsed = [...call.cloud.volumes.all()].some((volume) => volume.volume_type_id === type.id);
  if (isUsed) throw badRequest('Volume Type is currently in use.');
  return type;
}

function noSuchSpec({ id }: VolumeTypeRow, key: string): Refusal {
  return new Refusal(404, `Volume Type ${id} has no extra specs with key ${key}.`);
}
