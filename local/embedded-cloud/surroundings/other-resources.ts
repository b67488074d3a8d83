import type { Answer, Call } from '../protocol/call.ts';
import { noSuchMethod } from '../protocol/errors.ts';
import { FROM } from '../protocol/microversion.ts';
import { lastOf } from '../protocol/paging.ts';

export function listZones({ cloud }: Call): Answer {
  const availabilityZoneInfo = Array.from(cloud.zones, (zoneName) => ({
    zoneName,
    zoneState: { available: true },
  }));
  return { status: 200, body: { availabilityZoneInfo } };
}

/**
 * What a member can filter lists by.
 *
 * @see etc/cinder/resource_filters.json (Cinder 21.3.1)
 */
export const MEMBER_FILTERS = {
  volume: [
    'name',
    'status',
    'metadata',
    'bootable',
    'migration_status',
    'availability_zone',
    'group_id',
    'size',
    'created_at',
    'updated_at',
    'consumes_quota',
  ],
  backup: ['name', 'status', 'volume_id'],
  snapshot: ['name', 'status', 'volume_id', 'metadata', 'availability_zone', 'consumes_quota'],
  message: ['resource_uuid', 'resource_type', 'event_id', 'request_id', 'message_level'],
  volume_type: ['is_public', 'extra_specs'],
} as const;

/** `GET /resource_filters` (3.33) */
export function listFilters(call: Call): Answer {
  if (call.version < FROM.resourceFilters) throw noSuchMethod();
  const wanted = lastOf(call.query, 'resource');
  const resource_filters = Object.entries(MEMBER_FILTERS)
    .map(([resource, filters]) => ({ resource, filters }))
    .filter(({ resource }) => wanted === undefined || resource === wanted);
  return { status: 200, body: { resource_filters } };
}
