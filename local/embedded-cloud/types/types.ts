import type { Answer, Call } from '../protocol/call.ts';
import { badRequest, Refusal } from '../protocol/errors.ts';
import { type Columns, readBoolean } from '../protocol/filters.ts';
import { type ListSource, listPage } from '../protocol/listing.ts';
import { authorize, isAllowed } from '../protocol/policy.ts';
import { isTruthy, validateBody } from '../protocol/schema.ts';
import { toEpochSeconds } from '../state/cloud-state.ts';
import type { Metadata } from '../state/rows.ts';
import { createTypeSchema, updateTypeSchema } from './type-schemas.ts';
import { addType, defaultType, findTypeByName, type VolumeTypeRow } from './volume-types.ts';

/** Of the extra specs, those that members see too. */
const VISIBLE_SPECS = ['RESKEY:availability_zones', 'multiattach', 'replication_enabled'];

const COLUMNS: Columns<VolumeTypeRow> = {
  id: (row) => row.id,
  created_at: (row) => row.created_at,
  name: (row) => row.name,
  description: (row) => row.description,
  is_public: (row) => row.is_public,
};

/** `GET /types`: the public ones; administrators see those that `is_public` says. */
export function listTypes(call: Call): Answer {
  authorize(call, 'volume_extension:type_get_all', 'read');
  const isChosen = call.caller.isAdmin && call.query.has('is_public');
  const source: ListSource<VolumeTypeRow> = {
    collection: 'types',
    rows: call.cloud.types.ofProject(''),
    isListed: (row) => row.is_public || isChosen,
    columns: COLUMNS,
    memberFilters: ['is_public', 'extra_specs'],
    aliases: {},
    special: { is_public: isChosen ? isPublic : () => () => true, extra_specs: () => () => false },
    sortsByNameFrom: 0,
    findMarker: (id) => findType(call, id),
  };
  const page = listPage(call, source);
  const body: Record<string, unknown> = { volume_types: page.rows.map((row) => typeView(call, row)) };
  if (page.links !== undefined) body.volume_type_links = page.links;
  return { status: 200, body };
}

/**
 * `None` asks for all.
 *
 * @throws {Refusal} 400 for another word that is no boolean.
 */
function isPublic(wanted: string): (row: VolumeTypeRow) => boolean {
  if (/^none$/i.test(wanted.trim())) return () => true;
  const value = readBoolean(wanted);
  if (value === undefined) throw badRequest(`Invalid is_public filter [${wanted}]`);
  return (row) => row.is_public === value;
}

export function showType(call: Call): Answer {
  const [id = ''] = call.params;
  authorize(call, 'volume_extension:type_get', 'read');
  const type = id === 'default' ? defaultType(call.cloud) : findType(call, id);
  const { 'os-volume-type-access:is_public': access, ...view } = typeView(call, type);
  // Cinder's extension does not know who `default` is.
  const shown =
    id === 'default' || access === undefined ? view : { ...view, 'os-volume-type-access:is_public': access };
  return { status: 200, body: { volume_type: shown } };
}

/** @throws {Refusal} 404, also for a private one that the caller may not see. */
export function findType(call: Call, id: string): VolumeTypeRow {
  const type = call.cloud.types.get(id);
  if (type === undefined || !(type.is_public || call.caller.isAdmin)) {
    throw new Refusal(404, `Volume type ${id} could not be found.`);
  }
  return type;
}

/** @see cinder/api/v3/views/types.py ViewBuilder.show */
function plainView(call: Call, row: VolumeTypeRow): Record<string, unknown> {
  return {
    id: row.id,
    name: row.name,
    is_public: row.is_public,
    description: row.description,
    extra_specs: visibleSpecs(call, row),
  };
}

/** With what an extension adds where a type is made, shown or listed, and not where it is changed. */
function accessView(call: Call, row: VolumeTypeRow): Record<string, unknown> {
  const isShown = isAllowed(call, 'volume_extension:volume_type_access', 'write');
  return {
    ...plainView(call, row),
    ...(isShown && { 'os-volume-type-access:is_public': row.is_public }),
  };
}

/** As it is shown and listed. */
function typeView(call: Call, row: VolumeTypeRow): Record<string, unknown> {
  return { ...accessView(call, row), ...(call.caller.isAdmin && { qos_specs_id: null }) };
}

export function visibleSpecs(call: Call, { extra_specs }: VolumeTypeRow): Metadata {
  if (call.caller.isAdmin) return extra_specs;
  return Object.fromEntries(Object.entries(extra_specs).filter(([key]) => VISIBLE_SPECS.includes(key)));
}

type AskedType = Readonly<Record<string, unknown>> & { readonly name?: string | null };

export function createType(call: Call): Answer {
  validateBody(call.body, createTypeSchema);
  authorize(call, 'volume_extension:type_create');
  const asked = (call.body as { volume_type: AskedType & { name: string } }).volume_type;
  requireFreeName(call, asked.name);
  const isPublicAsked = asked['os-volume-type-access:is_public'];
  const type = addType(call.cloud, {
    name: asked.name,
    description: (asked.description ?? null) as string | null,
    is_public: isPublicAsked === undefined || isTruthy(isPublicAsked),
    extra_specs: (asked.extra_specs ?? {}) as Metadata,
    created_at: toEpochSeconds(call.nowMs),
  });
  return { status: 200, body: { volume_type: accessView(call, type) } };
}

export function updateType(call: Call): Answer {
  validateBody(call.body, updateTypeSchema);
  authorize(call, 'volume_extension:type_update');
  const asked = (call.body as { volume_type: AskedType }).volume_type;
  const { name, description, is_public } = asked;
  if (typeof name === 'string' && name.trim() === '') throw badRequest('Volume type name can not be empty.');
  if ((name ?? description ?? is_public ?? null) === null) {
    throw badRequest('Specify volume type name, description, is_public or a combination thereof.');
  }
  const type = findType(call, call.params[0] ?? '');
  if (typeof name === 'string' && name !== type.name) requireFreeName(call, name);
  call.cloud.types.update(type, {
    ...(typeof name === 'string' && { name }),
    ...(typeof description === 'string' && { description }),
    ...(is_public !== undefined && { is_public: isTruthy(is_public) }),
  });
  return { status: 200, body: { volume_type: plainView(call, type) } };
}

function requireFreeName({ cloud }: Call, name: string): void {
  if (findTypeByName(cloud, name) !== undefined) {
    throw new Refusal(409, `Volume Type ${name} already exists.`);
  }
}

/** `GET /types/{id}/encryption`, for administrators: none is encrypted by its type. */
export function showEncryption(call: Call): Answer {
  authorize(call, 'volume_extension:volume_type_encryption:get');
  findType(call, call.params[0] ?? '');
  return { status: 200, body: {} };
}

/** @see cinder/volume/volume_types.py destroy (Cinder 21.3.1) */
export function deleteType(call: Call): Answer {
  authorize(call, 'volume_extension:type_delete');
  const type = findType(call, call.params[0] ?? '');
  const { types, volumes } = call.cloud;
  if (type === defaultType(call.cloud)) {
    throw badRequest(`The volume type ${type.id} is a default volume type and cannot be deleted.`);
  }
  if ([...volumes.all()].some((volume) => volume.volume_type_id === type.id)) {
    throw badRequest('Target volume type is still in use.');
  }
  types.remove(type);
  return { status: 202, isBare: true };
}
