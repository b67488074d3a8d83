import { forecastSettled } from '../domain/compare-placements.ts';
import type { CloudBounds } from '../domain/deployment.ts';
import { COUNT_RULES, type Policy } from '../domain/policy.ts';
import { isSelected, selectVolumes } from '../domain/selection.ts';
import type { Volume } from '../domain/volume.ts';
import { warnOfCredentials } from './check-credentials.ts';
import type { CloudIdentity, CloudLimits, CredentialCheck } from './ports.ts';
import { warnOfScratchRoom, warnOfTestPace } from './restore-test-warnings.ts';

/** What the cloud has to offer for the policies that use it. */
export interface CloudSupply {
  readonly bounds: CloudBounds;
  readonly identity: CloudIdentity;
  readonly policies: readonly Policy[];
  readonly volumes: readonly Volume[];
  readonly limits: CloudLimits;
  readonly credentials: readonly CredentialCheck[];
  readonly now: Date;
}

export interface CloudCheck {
  readonly cloud: string;
  /** By policy: how many volumes it selects now, and how many backups of each stay in the long run. */
  readonly policies: readonly PolicyDemand[];
  readonly credentials: readonly CredentialCheck[];
  readonly warnings: readonly string[];
}

export interface PolicyDemand {
  readonly policy: string;
  readonly volumeCount: number;
  readonly sizeGib: number;
  /** Kept and held ones, by the forecast. `all`: it never stops growing. */
  readonly backupsPerVolume: { readonly mean: number; readonly most: number } | 'all';
}

/** Whether the credentials suffice, the policies find volumes, the quotas suffice for what they keep, and what the cloud's version takes away. */
export function checkCloud(supply: CloudSupply): CloudCheck {
  const demands = supply.policies.map((policy) => toDemand(policy, supply.volumes));
  return {
    cloud: supply.bounds.name,
    policies: demands,
    credentials: supply.credentials,
    warnings: [
      ...warnOfCredentials(supply.bounds.name, supply.credentials),
      ...demands.filter(({ volumeCount }) => volumeCount === 0).map(warnOfNoVolume),
      ...warnOfBackupQuota(demands, supply.limits),
      ...warnOfSnapshotQuota(supply),
      ...warnOfTests(supply, demands),
      ...warnOfPins(supply.identity),
    ],
  };
}

function warnOfTests(
  { policies, volumes, bounds, limits, now }: CloudSupply,
  demands: readonly PolicyDemand[],
) {
  const tested = policies.filter(({ restoreTests }) => restoreTests !== undefined);
  const countOf = ({ name }: Policy) => demands.find(({ policy }) => policy === name)?.volumeCount ?? 0;
  const scratchLike = volumes.filter((volume) => tested.some(({ select }) => isSelected(volume, select)));
  return [
    ...tested.flatMap((policy) => warnOfTestPace(policy, countOf(policy), now)),
    ...warnOfScratchRoom(scratchLike, bounds, limits),
  ];
}

/** Backups cannot be changed below 3.9, so a pin cannot be written into the marker. */
function warnOfPins({ canUpdateBackups, microversion }: CloudIdentity): string[] {
  if (canUpdateBackups) return [];
  return [
    `pins are kept in the catalog only, and a rebuild of the catalog does not know of them: the cloud speaks ${microversion}, and backups can be changed from 3.9 on`,
  ];
}

function toDemand(policy: Policy, volumes: readonly Volume[]): PolicyDemand {
  const selected = selectVolumes(volumes, policy.select);
  return {
    policy: policy.name,
    volumeCount: selected.length,
    sizeGib: sumOf(selected, ({ sizeGib }) => sizeGib),
    backupsPerVolume: foreseeBackups(policy),
  };
}

/** How many backups of a volume the policy keeps in the long run. */
export function foreseeBackups(policy: Policy): PolicyDemand['backupsPerVolume'] {
  if (policy.maxAge === undefined && COUNT_RULES.some((rule) => policy.keep[rule] === 'all')) return 'all';
  const [means] = forecastSettled(policy, { name: 'own', full: policy.full });
  return { mean: means?.backups ?? 0, most: means?.mostBackups ?? 0 };
}

function warnOfNoVolume({ policy }: PolicyDemand): string {
  return `policies.${policy}.select matches no volume`;
}

/** Each backup counts with the full size of its volume, incrementals too; and a new one comes before an old one goes. */
function warnOfBackupQuota(demands: readonly PolicyDemand[], limits: CloudLimits): string[] {
  const endless = demands.filter((demand) => demand.backupsPerVolume === 'all' && demand.volumeCount > 0);
  const perVolume = ({ backupsPerVolume }: PolicyDemand): number =>
    backupsPerVolume === 'all' ? 0 : backupsPerVolume.most + 1;
  const count = sumOf(demands, (demand) => demand.volumeCount * perVolume(demand));
  const gib = sumOf(demands, (demand) => demand.sizeGib * perVolume(demand));
  const { maxBackups, maxBackupGib } = limits;
  const warnings: string[] = [];
  if (maxBackups !== undefined && count > maxBackups) {
    warnings.push(
      `quota: in the long run there are up to ${count} backups, but the project may have ${maxBackups}`,
    );
  }
  if (maxBackupGib !== undefined && gib > maxBackupGib) {
    warnings.push(
      `quota: in the long run the backups are up to ${gib} GiB (each counts its volume's full size), but the project may have ${maxBackupGib} GiB`,
    );
  }
  if (maxBackups !== undefined || maxBackupGib !== undefined) {
    warnings.push(
      ...endless.map(
        ({ policy }) =>
          `quota: policy ${policy} keeps all backups without a maxAge: any quota will be used up`,
      ),
    );
  }
  return warnings;
}

/** Volumes in use are backed up from a temporary snapshot, as many at a time as may be in flight. */
function warnOfSnapshotQuota({ bounds, policies, volumes, limits }: CloudSupply): string[] {
  const { maxSnapshots, usedSnapshots, maxGib, usedGib } = limits;
  const viaSnapshot = policies.filter((policy) => policy.inUse === 'snapshot');
  const sizes = volumes
    .filter((volume) => volume.status === 'in-use')
    .filter((volume) => viaSnapshot.some((policy) => selectVolumes([volume], policy.select).length > 0))
    .map(({ sizeGib }) => sizeGib)
    .sort((a, b) => b - a);
  const atOnce = bounds.inFlight === 'unlimited' ? sizes.length : Math.min(bounds.inFlight, sizes.length);
  const gib = sumOf(sizes.slice(0, atOnce), (size) => size);
  const why = `${atOnce} volumes in use can be backed up from temporary snapshots at once`;
  const warnings: string[] = [];
  if (maxSnapshots !== undefined && atOnce > maxSnapshots - usedSnapshots) {
    warnings.push(`quota: ${why}, but the project has room for ${maxSnapshots - usedSnapshots} snapshots`);
  }
  if (maxGib !== undefined && gib > maxGib - usedGib) {
    warnings.push(
      `quota: ${why}, ${gib} GiB, but the project has room for ${maxGib - usedGib} GiB of volumes and snapshots`,
    );
  }
  return warnings;
}

function sumOf<Item>(items: readonly Item[], amountOf: (item: Item) => number): number {
  return items.reduce((sum, item) => sum + amountOf(item), 0);
}
