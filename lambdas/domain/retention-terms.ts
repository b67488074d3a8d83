import { formatDuration, parseDuration } from './duration.ts';
import type { Policy } from './policy.ts';
import { canonicalKeepRules, parseKeepRules } from './retention-policy.ts';

/** Everything in a policy that says what stays: a change of it can cost backups. */
export type RetentionTerms = Pick<Policy, 'keep' | 'maxAge' | 'atLeast' | 'onVolumeGone'> & {
  /** Where the days, weeks and months of the keep rules begin. */
  readonly timezone: string;
};

/** Terms that were in force before, and until when they still keep. */
export interface FormerTerms {
  readonly terms: RetentionTerms;
  readonly until: Date;
}

const FORM =
  /^([^;]*); (?:maxAge=(\w+); )?atLeast=(\d+); onVolumeGone=(keep|keepLast|apply); timezone=([^;]+)$/;

export function termsOf({ keep, maxAge, atLeast, onVolumeGone, schedule }: Policy): RetentionTerms {
  const { timezone } = schedule;
  return { keep, ...(maxAge !== undefined && { maxAge }), atLeast, onVolumeGone, timezone };
}

/** The policy as it was when these terms were in force. */
export function withTerms(policy: Policy, { timezone, ...terms }: RetentionTerms): Policy {
  const { maxAge: _now, ...rest } = policy;
  return { ...rest, ...terms, schedule: { ...policy.schedule, timezone } };
}

/** One text for all ways to write the same terms: `last=3 daily=7; maxAge=2y; atLeast=1; onVolumeGone=keep; timezone=Europe/Berlin`. */
export function canonicalTerms(terms: RetentionTerms): string {
  const { keep, maxAge, atLeast, onVolumeGone, timezone } = terms;
  return [
    canonicalKeepRules(keep),
    ...(maxAge === undefined ? [] : [`maxAge=${formatDuration(maxAge)}`]),
    `atLeast=${atLeast}`,
    `onVolumeGone=${onVolumeGone}`,
    `timezone=${timezone}`,
  ].join('; ');
}

/**
 * Reads what `canonicalTerms` writes.
 *
 * @throws {RangeError} or {DurationSyntaxError} for any other text.
 */
export function parseTerms(text: string): RetentionTerms {
  const [, keep = '', maxAge, atLeast, onVolumeGone, timezone = ''] = FORM.exec(text) ?? [];
  if (onVolumeGone === undefined) throw new RangeError(`"${text}" are no retention terms`);
  return {
    keep: parseKeepRules(keep),
    ...(maxAge !== undefined && { maxAge: parseDuration(maxAge) }),
    atLeast: Number(atLeast),
    onVolumeGone: onVolumeGone as Policy['onVolumeGone'],
    timezone,
  };
}
