import type { CalendarDuration } from './duration.ts';

/** How many of a rule's buckets are kept. */
export type KeepCount = number | 'all';

export const COUNT_RULES = ['last', 'hourly', 'daily', 'weekly', 'monthly', 'yearly'] as const;
export type CountRule = (typeof COUNT_RULES)[number];

export const WITHIN_RULES = [
  'within',
  'withinHourly',
  'withinDaily',
  'withinWeekly',
  'withinMonthly',
  'withinYearly',
] as const;
export type WithinRule = (typeof WITHIN_RULES)[number];

/** Keep rules with restic's semantics. At least one is present: a policy that keeps nothing is a config error. */
export type KeepRules = { readonly [Rule in CountRule]?: KeepCount } & {
  readonly [Rule in WithinRule]?: CalendarDuration;
};

/** Late-bound choice of volumes: any criterion of `volumes` that is given must match (and), any of `except` excludes (or). */
export interface Selection {
  readonly volumes: VolumeCriteria;
  readonly except?: VolumeCriteria;
}

export interface VolumeCriteria {
  readonly all?: true;
  readonly ids?: readonly string[];
  /** Globs with `*` and `?`, case-sensitive, on the whole name. */
  readonly names?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly availabilityZones?: readonly string[];
  readonly volumeTypes?: readonly string[];
  /** Ids of servers that the volume is attached to. */
  readonly servers?: readonly string[];
}

export interface Schedule {
  /** Five fields: minute hour day-of-month month day-of-week (0-7, both 0 and 7 are Sunday). */
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  /** A slot may be started this much later, to spread load. */
  readonly windowMs: number;
  /** A missed slot is made up while it is not older than this. */
  readonly makeUpMs: number;
}

/** Which slots become fulls. */
export type FullPlacement =
  | { readonly kind: 'auto' }
  | { readonly kind: 'always' }
  | { readonly kind: 'everyCount'; readonly count: number }
  | { readonly kind: 'everyDuration'; readonly duration: CalendarDuration }
  | { readonly kind: 'cron'; readonly cron: string };

/** Who else has to find a restored volume right before it counts as proved. */
export type RestoreHook = (
  | { readonly kind: 'url'; readonly url: string }
  /** AWS Lambda, by name or ARN. */
  | { readonly kind: 'function'; readonly function: string }
) & { readonly timeoutMs: number };

/** How it is proved, now and again, that a policy's backups can be restored. */
export interface RestoreTests {
  readonly schedule: Pick<Schedule, 'cron' | 'timezone'>;
  readonly pick:
    | { readonly kind: 'latest' }
    /** Any good one that is not older than this at the slot. */
    | { readonly kind: 'random'; readonly withinMs: number };
  /** How many volumes one run tests; a share, above 0 up to 1, is of those that the policy selects. */
  readonly volumes: number | 'all' | { readonly share: number };
  /** Alarm when a volume was last proved longer ago. */
  readonly maxAgeMs?: number;
  readonly hook?: RestoreHook;
}

export interface Policy {
  readonly name: string;
  /** Earlier names, whose backups this policy owns now. */
  readonly formerly: readonly string[];
  readonly cloud: string;
  readonly select: Selection;
  readonly schedule: Schedule;
  readonly full: FullPlacement;
  readonly chain: {
    readonly maxLength: number;
    readonly maxAge?: CalendarDuration;
    readonly allowForeignParent: boolean;
  };
  readonly keep: KeepRules;
  readonly billedBy: 'provisioned' | 'stored';
  /** Share of a volume's bytes that changes in a day. */
  readonly changeRate: number;
  readonly maxAge?: CalendarDuration;
  /** A duty to delete: `maxAge` outranks `atLeast`. */
  readonly maxAgeStrict: boolean;
  readonly atLeast: number;
  readonly guards: {
    /** Absent: as many as is usual for the volumes of a run. */
    readonly maxDeletes?: number;
    /** 0 to 1. */
    readonly maxDeleteShare: number;
    readonly graceDays: number;
  };
  readonly rpoMs?: number;
  readonly restoreTests?: RestoreTests;
  readonly inUse: 'snapshot' | 'force' | 'skip';
  readonly onVolumeGone: 'keep' | 'keepLast' | 'apply';
  readonly container?: string;
  readonly paused: boolean;
}
