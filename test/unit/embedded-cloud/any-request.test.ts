import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Route } from '../../../local/embedded-cloud/protocol/call.ts';
import { ROUTES } from '../../../local/embedded-cloud/protocol/routes.ts';
import { aCloud, type TestCloud } from './a-cloud.ts';

/** Under which key a body has its fields, by the end or the beginning of the path; and what those may be. */
const BODIES: readonly (readonly [path: RegExp, keys: string, fields: string])[] = [
  [/import_record$/, 'backup-record', 'backup_url backup_service'],
  [/restore$/, 'restore', 'volume_id name'],
  [/^.backups.*action$/, 'os-reset_status os-force_delete', 'status'],
  [/^.snapshots.*action$/, 'os-reset_status os-force_delete os-update_snapshot_status', 'status progress'],
  [
    /action$/,
    'os-extend os-attach os-detach os-reserve os-unreserve os-reset_status os-set_bootable revert os-force_detach',
    'new_size instance_uuid mountpoint mode attachment_id status attach_status bootable snapshot_id',
  ],
  [/metadata$/, 'metadata', 'a b'],
  [/metadata.:key$/, 'meta', 'a'],
  [/extra_specs/, 'extra_specs', 'a b'],
  [/^.backups/, 'backup', 'volume_id snapshot_id name description container metadata incremental force'],
  [/^.volumes/, 'volume', 'size name description metadata snapshot_id source_volid backup_id volume_type'],
  [/^.snapshots/, 'snapshot', 'volume_id name description force metadata'],
  [/^.types/, 'volume_type', 'name description is_public extra_specs'],
  [/class/, 'quota_class_set', 'volumes backups gigabytes'],
  [/quota/, 'quota_set', 'volumes backups gigabytes nonsuch'],
];
const PARAMETERS =
  'limit marker offset sort sort_key sort_dir with_count all_tenants name name~ status metadata created_at bootable ' +
  'volume_id parent_id project_id cascade force usage is_public consumes_quota resource_uuid';
const WORDS = [
  ...[
    '',
    'x',
    '0',
    '1',
    '-1',
    'true',
    'None',
    'available',
    'error',
    'name:asc',
    'created_at',
    'gt:2026-01-01',
    '{',
  ],
  ...[
    "{'a': 'b'}",
    '__proto__',
    'constructor',
    '99999999999999999999',
    '%',
    '\ud800',
    '2026-13-45',
    'é漢',
    'a',
  ],
];

interface OfTheCloud {
  readonly kind: 'backups' | 'volumes' | 'snapshots';
  readonly rank: number;
}

/** One of what the cloud has at that moment. */
const something = (kind: OfTheCloud['kind']) =>
  fc.nat({ max: 9 }).map((rank): OfTheCloud => ({ kind, rank }));
const anything = fc.oneof(something('backups'), something('volumes'), something('snapshots'));
const word = fc.constantFrom(...WORDS);
const odd = fc.oneof(word, anything, fc.constantFrom(null, true, false, 0, 1, -1, 1.5, 1e308, {}, [], ['a']));

/** A record of a backup in which anything may be wrong. */
const record = fc
  .record({ id: fc.uuid(), size: odd, volume_id: fc.uuid(), parent_id: fc.uuid() }, { requiredKeys: ['id'] })
  .chain((known) =>
    fc
      .dictionary(fc.constantFrom('created_at', 'data_timestamp', 'metadata', 'object_count', 'size'), odd)
      .map((rest) => Buffer.from(JSON.stringify({ ...known, ...rest })).toString('base64')),
  );

const FITTING: Readonly<Record<string, fc.Arbitrary<unknown>>> = {
  volume_id: something('volumes'),
  source_volid: something('volumes'),
  snapshot_id: something('snapshots'),
  backup_id: something('backups'),
  size: fc.constantFrom(1, 2),
  new_size: fc.constantFrom(2, 3),
  metadata: fc.dictionary(fc.constantFrom('a', '__proto__', 'constructor'), fc.constant('b')),
  status: fc.constantFrom('available', 'error', 'in-use'),
  instance_uuid: fc.uuid(),
  mountpoint: fc.constant('/dev/vdb'),
  backup_url: record,
  backup_service: fc.constant('cinder.backup.drivers.posix.PosixBackupDriver'),
};

function bodyFor({ path }: Route): fc.Arbitrary<unknown> {
  const [, keys = 'x', names = 'x'] = BODIES.find(([pattern]) => pattern.test(path)) ?? [];
  const fields = names.split(' ').map((name) => {
    const fitting = FITTING[name] ?? fc.constantFrom('n', true);
    return [name, fc.oneof({ arbitrary: fitting, weight: 8 }, { arbitrary: odd, weight: 1 })] as const;
  });
  const inner = fc.record(Object.fromEntries(fields), { requiredKeys: [] });
  const whole = fc.constantFrom(...keys.split(' ')).chain((key) => inner.map((value) => ({ [key]: value })));
  return fc.oneof({ arbitrary: whole, weight: 9 }, { arbitrary: odd, weight: 1 });
}

function idsFor({ path }: Route): fc.Arbitrary<[unknown, string]> {
  const kind = path.split('/')[1];
  const own = kind === 'backups' || kind === 'volumes' || kind === 'snapshots' ? something(kind) : odd;
  return fc.tuple(fc.oneof({ arbitrary: own, weight: 8 }, { arbitrary: odd, weight: 1 }), word);
}

const aRequest = fc.constantFrom(...ROUTES).chain((route) =>
  fc.record({
    route: fc.constant(route),
    ids: idsFor(route),
    query: fc.array(fc.tuple(fc.constantFrom(...PARAMETERS.split(' ')), odd), { maxLength: 2 }),
    body: bodyFor(route),
    version: fc.constantFrom('3.0', '3.8', '3.30', '3.43', '3.60', 'latest', '3'),
    as: fc.constantFrom('member', 'admin', 'admin', 'cloudadmin', 'other', 'reader'),
    seconds: fc.constantFrom(0, 0.5, 5),
  }),
);

/** Puts ids in the places that are kept for them, at any depth. */
function withIds(value: unknown, cloud: TestCloud): unknown {
  if (Array.isArray(value)) return value.map((item) => withIds(item, cloud));
  if (typeof value !== 'object' || value === null) return value;
  const { kind, rank } = value as Partial<OfTheCloud>;
  if (kind !== undefined && rank !== undefined) {
    const rows = cloud.control[kind]();
    return rows[rank % rows.length]?.id ?? 'none';
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, withIds(item, cloud)]));
}

const textOf = (value: unknown, cloud: TestCloud): string => String(withIds(value, cloud)).toWellFormed();

it('no request whatever makes the cloud fail by itself, or leaves it unable to list what it has', async () => {
  const defects: unknown[] = [];
  const cloud = await aCloud({ onDefect: (error) => defects.push(error) });

  await fc.assert(
    fc.asyncProperty(fc.array(aRequest, { minLength: 20, maxLength: 20 }), async (requests) => {
      const volumeId = cloud.control.addVolume();
      await cloud.backUp(volumeId);
      await cloud.ask('POST', '/snapshots', { body: { snapshot: { volume_id: volumeId } } });
      for (const { route, ids, query, body, version, as, seconds } of requests) {
        const segments = ids.map((id) => encodeURIComponent(textOf(id, cloud)) || 'x');
        const path = route.path.replace(/:\w+/g, () => segments.shift() ?? 'x');
        const parameters = new URLSearchParams(
          query.map(([key, value]): [string, string] => [key, textOf(value, cloud)]),
        );
        const hasBody = route.method === 'POST' || route.method === 'PUT';
        await cloud.ask(route.method, `${path}?${parameters}`, {
          as,
          version,
          ...(hasBody && { body: withIds(body, cloud) }),
        });
        cloud.pass(seconds);
        expect(defects).toEqual([]);
      }
      for (const list of ['/backups/detail', '/volumes/detail', '/snapshots/detail']) {
        const got = await cloud.ask('GET', `${list}?all_tenants=1`, { as: 'admin', version: '3.38' });
        expect([list, got.status]).toEqual([list, 200]);
      }
      const { limits } = (await cloud.ask('GET', '/limits')).body;
      expect(Object.values(limits.absolute).every(Number.isFinite)).toBe(true);
    }),
    { numRuns: 60 },
  );
});
