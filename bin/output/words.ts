import type { FullReason } from '../../lambdas/domain/backup-record.ts';

/** `1 backup`, `2 backups`. */
export function countOf(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** To the minute where that is exact: `2026-11-23T03:30Z`. */
export function formatInstant(at: Date): string {
  return at
    .toISOString()
    .replace(/\.000Z$/, 'Z')
    .replace(/:00Z$/, 'Z');
}

/** To the second, for what our own clock measured. */
export function formatMoment(at: Date): string {
  return formatInstant(new Date(Math.floor(at.getTime() / 1_000) * 1_000));
}

const UNITS: readonly (readonly [ms: number, unit: string])[] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** The two largest units: `2d 4h`, `14 s`. */
export function formatElapsed(ms: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, ms);
  for (const [unitMs, unit] of UNITS) {
    const amount = Math.floor(rest / unitMs);
    rest -= amount * unitMs;
    if (amount > 0) parts.push(`${amount} ${unit}`);
  }
  return parts.length === 0 ? 'under 1 s' : parts.slice(0, 2).join(' ');
}

/** As it is called by people, with the id. */
export function nameVolume(id: string | undefined, name: string | undefined): string {
  if (id === undefined) return '';
  return name === undefined || name === '' ? id : `${name} (${id})`;
}

const FULL_REASONS: Readonly<Record<FullReason, string>> = {
  requested: 'asked for',
  'no-parent': 'no backup to build on',
  'chain-length': 'the chain is at its longest',
  'chain-age': 'the chain is too old',
  'volume-grew': 'the volume grew',
  'incremental-failed': 'the incremental failed',
  'foreign-parent': 'the newest backup is not ours',
  'parent-not-available': 'the newest backup is not available',
  planned: 'planned',
  'cloud-chose': 'the cloud made a full of an incremental',
};

/** Why a backup is a full, to stand after "full". */
export function describeFullReason(reason: FullReason): string {
  return FULL_REASONS[reason];
}
