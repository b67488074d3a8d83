import { forecastSettled } from '../domain/compare-placements.ts';
import type { CourseMeans } from '../domain/course-means.ts';
import type { Policy } from '../domain/policy.ts';
import { describeFull } from './describe-full.ts';

/** How many times what `full: auto` comes to is not worth a word. */
const MOST_BACKUPS = 1.2;
const MOST_VOLUMES = 1.25;

/**
 * What is wrong with where a policy places its fulls, by the forecast: `with fulls on the 1st of the month this policy keeps 168
 * backups of a volume and 14.1 times its size, with `full: auto` 16 and 8.5`. A policy that is billed by what is provisioned
 * may keep more bytes for the sake of fewer backups, and one that is billed by what is stored more backups for fewer bytes.
 *
 * @returns undefined when there is nothing to say.
 */
export function warnOfPlacement(policy: Policy): string | undefined {
  if (policy.full.kind === 'auto') return undefined;
  const [own] = forecastSettled(policy, { name: 'own', full: policy.full });
  const [auto] = forecastSettled(policy, { name: 'auto', full: { kind: 'auto' } });
  if (own === undefined || auto === undefined || !isMisplaced(policy, own, auto)) return undefined;
  return (
    `with ${describeFull(policy)} this policy keeps ${Math.round(own.backups)} backups of a volume and ` +
    `${own.volumes.toFixed(1)} times its size, with \`full: auto\` ${Math.round(auto.backups)} and ${auto.volumes.toFixed(1)}`
  );
}

function isMisplaced({ billedBy }: Policy, own: CourseMeans, auto: CourseMeans): boolean {
  const hasMoreVolumes = own.volumes > auto.volumes * MOST_VOLUMES;
  if (billedBy === 'stored') return hasMoreVolumes;
  return own.backups > auto.backups * MOST_BACKUPS || (hasMoreVolumes && own.backups >= auto.backups);
}
