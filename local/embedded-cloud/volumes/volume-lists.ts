import type { Answer, Call } from '../protocol/call.ts';
import { badRequest } from '../protocol/errors.ts';
import { type Columns, readBoolean } from '../protocol/filters.ts';
import { type ListSource, listBody, listPage, rowsAskedFor } from '../protocol/listing.ts';
import { FROM } from '../protocol/microversion.ts';
import { lastOf } from '../protocol/paging.ts';
import { authorize } from '../protocol/policy.ts';
import { comparesTime, consumesQuota, hasMetadata, isBootable } from '../protocol/special-filters.ts';
import type { VolumeRow } from '../state/rows.ts';
import { MEMBER_FILTERS } from '../surroundings/other-resources.ts';
import { findVolume } from './volume-lookup.ts';
import { volumeShown, volumeSummary } from './volume-views.ts';

const COLUMNS: Columns<VolumeRow> = {
  id: (row) => row.id,
  created_at: (row) => row.created_at,
  updated_at: (row) => row.updated_at,
  status: (row) => row.status,
  size: (row) => row.size,
  display_name: (row) => row.name,
  display_description: (row) => row.description,
  availability_zone: (row) => row.availability_zone,
  bootable: (row) => row.bootable,
  project_id: (row) => row.project_id,
  user_id: (row) => row.user_id,
  snapshot_id: (row) => row.snapshot_id,
  source_volid: (row) => row.source_volid,
  volume_type_id: (row) => row.volume_type_id,
  attach_status: (row) => (row.attachments.length > 0 ? 'attached' : 'detached'),
  migration_status: () => null,
  group_id: () => null,
};

const SPECIAL = {
  metadata: hasMetadata,
  bootable: isBootable<VolumeRow>(),
  consumes_quota: consumesQuota<VolumeRow>((row) => row.consumes_quota),
  created_at: comparesTime<VolumeRow>((row) => row.created_at),
  updated_at: comparesTime<VolumeRow>((row) => row.updated_at),
};

export function listVolumes(call: Call): Answer {
  return list(call, 'volumes', volumeSummary);
}

export function listVolumeDetails(call: Call): Answer {
  return list(call, 'volumes/detail', volumeShown);
}

function list(call: Call, collection: string, view: (call: Call, row: VolumeRow) => unknown): Answer {
  authorize(call, 'volume:get_all', 'read');
  requireBoolean(call, 'all_tenants');
  const isGeneral = call.version >= FROM.strictFilters;
  const source: ListSource<VolumeRow> = {
    collection,
    rows: rowsAskedFor(call, call.cloud.volumes),
    columns: COLUMNS,
    memberFilters: MEMBER_FILTERS.volume,
    ignored: isGeneral ? [] : ignoredBefore(call.version),
    aliases: { name: 'display_name' },
    // Before 3.31 Cinder knows no column of that name.
    special: isGeneral ? SPECIAL : { ...SPECIAL, consumes_quota: () => () => false },
    sortsByNameFrom: 0,
    looksAtDirectionFirst: true,
    readsNone: true,
    findMarker: (id) => findVolume(call, id),
  };
  return { status: 200, body: listBody('volumes', listPage(call, source), (row) => view(call, row)) };
}

/** @see cinder/api/v3/volumes.py VolumeController.MV_ADDED_FILTERS (Cinder 21.3.1), which counts up to 3.30 only */
const ignoredBefore = (version: number): string[] => [
  'created_at',
  'updated_at',
  ...(version < FROM.filterByGroup ? ['group_id'] : []),
];

/** @throws {Refusal} 400 when an administrator gives another word. */
function requireBoolean({ caller, query }: Call, name: string): void {
  const text = lastOf(query, name);
  if (!caller.isAdmin || text === undefined || readBoolean(text) !== undefined) return;
  throw badRequest(`Value '${text}' for '${name}' is not a boolean.`);
}
