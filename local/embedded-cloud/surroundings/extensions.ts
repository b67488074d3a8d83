import type { Answer, Call } from '../protocol/call.ts';
import { noSuchMethod } from '../protocol/errors.ts';

/** Cinder's extensions that are here, as far as they go: alias, name, when they came, and what they do. */
const EXTENSIONS = [
  ['OS-SCH-HNT', 'SchedulerHints', '2013-04-18', 'Pass arbitrary key/value pairs to the scheduler.'],
  ['backups', 'Backups', '2012-12-12', 'Backups support.'],
  ['os-admin-actions', 'AdminActions', '2012-08-25', 'Enable admin actions.'],
  ['os-availability-zone', 'AvailabilityZones', '2013-06-27', 'Describe Availability Zones.'],
  ['os-extended-services', 'ExtendedServices', '2014-01-10', 'Extended services support.'],
  [
    'os-extended-snapshot-attributes',
    'ExtendedSnapshotAttributes',
    '2012-06-19',
    'Extended SnapshotAttributes support.',
  ],
  ['os-quota-class-sets', 'QuotaClasses', '2012-03-12', 'Quota classes management support.'],
  ['os-quota-sets', 'Quotas', '2011-08-08', 'Quota management support.'],
  ['os-services', 'Services', '2012-10-28', 'Services support.'],
  ['os-snapshot-actions', 'SnapshotActions', '2013-07-16', 'Enable snapshot manager actions.'],
  ['os-types-extra-specs', 'TypesExtraSpecs', '2011-08-24', 'Type extra specs support.'],
  ['os-types-manage', 'TypesManage', '2011-08-24', 'Types manage support.'],
  ['os-used-limits', 'UsedLimits', '2013-10-03', 'Provide data on limited resources that are being used.'],
  ['os-vol-host-attr', 'VolumeHostAttribute', '2011-11-03', 'Expose host as an attribute of a volume.'],
  [
    'os-vol-mig-status-attr',
    'VolumeMigStatusAttribute',
    '2013-08-08',
    'Expose migration_status as an attribute of a volume.',
  ],
  [
    'os-vol-tenant-attr',
    'VolumeTenantAttribute',
    '2011-11-03',
    'Expose the internal project_id as an attribute of a volume.',
  ],
  ['os-volume-actions', 'VolumeActions', '2012-05-31', 'Enable volume actions.'],
] as const;

const views = EXTENSIONS.map(([alias, name, day, description]) => ({
  name,
  alias,
  description,
  updated: `${day}T00:00:00+00:00`,
  links: [],
}));

export function listExtensions(_call: Call): Answer {
  return { status: 200, body: { extensions: views } };
}

export function showExtension(call: Call): Answer {
  const extension = views.find(({ alias }) => alias === call.params[0]);
  if (extension === undefined) throw noSuchMethod();
  return { status: 200, body: { extension } };
}
