import type { Deployment } from '../domain/deployment.ts';
import type { Policy } from '../domain/policy.ts';
import { BUCKET_RULES, describePolicy } from '../domain/retention-policy.ts';
import { findDaylightWarnings, nextSlot, type SlotRule, slotsBetween } from '../domain/slot.ts';
import { describeSchedule, formatMs } from './describe-schedule.ts';
import { warnOfPlacement } from './placement-warnings.ts';
import { describeRestoreTests, warnOfRestoreTests } from './restore-test-warnings.ts';

const DAY_MS = 86_400_000;
/** Governments change their clocks' rules; farther ahead says little. */
const DAYLIGHT_DAYS = 731;
const BORDER_DAYS = 400;
const SHOWN_SLOTS = 3;
/** A schedule of every few minutes comes round its week in so many. */
const GAPS_LOOKED_AT = 2_100;

/** What a policy means, and what in it is likely not what was meant. */
export interface PolicyCheck {
  readonly policy: string;
  readonly cloud: string;
  readonly schedule: string;
  readonly retention: string;
  /** The tool whose meaning the keep rules have. */
  readonly semantics: 'restic';
  /** Absent: restores are not tested. */
  readonly restoreTests?: string;
  readonly paused: boolean;
  readonly nextSlots: readonly Date[];
  readonly warnings: readonly string[];
}

/** Looks at a valid config alone; no cloud is asked. In the order of the config. */
export function checkConfig({ policies }: Deployment, now: Date): PolicyCheck[] {
  return [...policies.values()].map((policy) => checkPolicy(policy, now));
}

function checkPolicy(policy: Policy, now: Date): PolicyCheck {
  const { restoreTests } = policy;
  return {
    policy: policy.name,
    cloud: policy.cloud,
    schedule: describeSchedule(policy.schedule),
    retention: describePolicy(policy.keep),
    semantics: 'restic',
    ...(restoreTests && { restoreTests: describeRestoreTests(restoreTests) }),
    paused: policy.paused,
    nextSlots: findNextSlots(policy, now),
    warnings: [
      ...warnOfDaylight('schedule', policy.schedule, now),
      ...(restoreTests ? warnOfDaylight('restoreTests.schedule', restoreTests.schedule, now) : []),
      ...warnOfBorders(policy, now),
      ...warnOfRpo(policy, now),
      ...misplacedFulls(policy),
      ...warnOfRestoreTests(policy, now),
    ],
  };
}

function findNextSlots({ schedule }: Policy, now: Date): Date[] {
  const slots: Date[] = [];
  for (let at = now; slots.length < SHOWN_SLOTS; ) {
    at = nextSlot(schedule, at);
    slots.push(at);
  }
  return slots;
}

function misplacedFulls(policy: Policy): string[] {
  const warning = warnOfPlacement(policy);
  return warning === undefined ? [] : [`full: ${warning}`];
}

/** One sentence for slots that the zone skips, one for those it has twice. */
function warnOfDaylight(key: string, schedule: SlotRule, now: Date): string[] {
  const found = findDaylightWarnings(schedule, now, DAYLIGHT_DAYS);
  const { timezone } = schedule;
  return (['lost', 'doubled'] as const).flatMap((kind) => {
    const times = found.filter((warning) => warning.kind === kind).map(({ localTime }) => localTime);
    const [first] = times;
    if (first === undefined) return [];
    const others = times.length === 1 ? '' : ` (and ${times.length - 1} more within two years)`;
    return kind === 'lost'
      ? [
          `${key}.cron: ${first}${others} does not exist in ${timezone}, where clocks go forward: there is no slot then`,
        ]
      : [
          `${key}.cron: ${first}${others} is there twice in ${timezone}, where clocks go back: only the first is a slot`,
        ];
  });
}

/** An `rpo` that is shorter than the schedule's own gaps is missed by every volume, slot after slot. */
function warnOfRpo({ schedule, rpoMs }: Policy, now: Date): string[] {
  if (rpoMs === undefined) return [];
  const until = new Date(now.getTime() + DAYLIGHT_DAYS * DAY_MS);
  let [before, seenCount] = [nextSlot(schedule, now), 0];
  for (const slot of slotsBetween(schedule, before, until)) {
    const gapMs = slot.getTime() - before.getTime() + schedule.windowMs;
    if (gapMs >= rpoMs) {
      return [
        `rpo: ${formatMs(rpoMs)} is not longer than the ${formatMs(gapMs)} that can lie between backups of ${before.toISOString()} and ${slot.toISOString()}: ` +
          'before the second every volume is stale',
      ];
    }
    seenCount += 1;
    if (seenCount === GAPS_LOOKED_AT) break;
    before = slot;
  }
  return [];
}

/** A backup that starts late in its window can fall into the bucket of the next slot, of which a rule then keeps only one. */
function warnOfBorders({ schedule, keep }: Policy, now: Date): string[] {
  const { windowMs, timezone } = schedule;
  if (windowMs === 0) return [];
  const slots = [...slotsBetween(schedule, now, new Date(now.getTime() + BORDER_DAYS * DAY_MS))];
  const affected = BUCKET_RULES.flatMap(({ count, within, keyOf }) => {
    const rules = [count, within].filter((rule) => keep[rule] !== undefined && keep[rule] !== 0);
    if (keyOf === undefined || rules.length === 0) return [];
    const at = slots.findIndex((slot, index) => {
      const next = slots[index + 1];
      const latest = keyOf(new Date(slot.getTime() + windowMs - 1), timezone);
      return next !== undefined && latest !== keyOf(slot, timezone) && latest === keyOf(next, timezone);
    });
    const slot = slots[at];
    return slot === undefined ? [] : rules.map((rule) => ({ rule, slot }));
  });
  const [first] = affected;
  if (first === undefined) return [];
  const rules = affected.map(({ rule }) => rule).join(', ');
  return [
    `schedule.window: a backup of slot ${first.slot.toISOString()} that starts up to ${formatMs(windowMs)} later can fall into ` +
      `the bucket of the next slot (days and weeks are those of ${timezone}): these rules may keep fewer than meant: ${rules}`,
  ];
}
