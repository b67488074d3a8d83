import { randomUUID } from 'node:crypto';
import { Refusal } from '../protocol/errors.ts';
import { isUuidLike } from '../protocol/schema.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { Metadata } from '../state/rows.ts';

/** A volume type; of no project, so that lists find all of them under the empty id. */
export interface VolumeTypeRow {
  readonly id: string;
  readonly project_id: '';
  readonly created_at: number;
  readonly name: string;
  readonly description: string | null;
  readonly is_public: boolean;
  readonly extra_specs: Metadata;
  job: number;
}

const DEFAULT_NAME = '__DEFAULT__';

type NewType = Pick<VolumeTypeRow, 'name'> & Partial<Omit<VolumeTypeRow, 'id' | 'project_id' | 'job'>>;

export function addType({ types }: CloudState, type: NewType): VolumeTypeRow {
  const row: VolumeTypeRow = {
    id: randomUUID(),
    project_id: '',
    created_at: 0,
    description: null,
    is_public: true,
    extra_specs: {},
    job: 0,
    ...type,
  };
  types.insert(row);
  return row;
}

/** The type of that name, made if there is none. */
export function ensureType(cloud: CloudState, name: string): VolumeTypeRow {
  return findTypeByName(cloud, name) ?? addType(cloud, { name });
}

/** The type that volumes have unless they name another; it cannot be deleted. */
export function defaultType(cloud: CloudState): VolumeTypeRow {
  return (
    findTypeByName(cloud, DEFAULT_NAME) ??
    addType(cloud, { name: DEFAULT_NAME, description: 'Default Volume Type' })
  );
}

export function findTypeByName({ types }: CloudState, name: string): VolumeTypeRow | undefined {
  return [...types.all()].find((type) => type.name === name);
}

/** @throws {Refusal} 404, in other words for a name than for an id. */
export function resolveType(cloud: CloudState, nameOrId: string): VolumeTypeRow {
  const found = cloud.types.get(nameOrId) ?? findTypeByName(cloud, nameOrId);
  if (found !== undefined) return found;
  const what = isUuidLike(nameOrId) ? 'Volume type' : 'Volume type with name';
  throw new Refusal(404, `${what} ${nameOrId} could not be found.`);
}
