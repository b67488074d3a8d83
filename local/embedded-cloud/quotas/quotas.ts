import { overLimit, type Refusal } from '../protocol/errors.ts';

/** What is counted; sorted, as Cinder reports the first that is exceeded in this order. */
export const QUOTA_NAMES = ['backup_gigabytes', 'backups', 'gigabytes', 'snapshots', 'volumes'] as const;
export type QuotaName = (typeof QUOTA_NAMES)[number];
export type Amounts = Partial<Record<QuotaName, number>>;

/** Limits by name, those of single volume types (`volumes_fast`) and what is not counted among them. */
export type Limits = Readonly<Partial<Record<string, number>>>;

const UNLIMITED = -1;
/** What Cinder limits without counting it here. */
const OTHER_DEFAULTS = { per_volume_gigabytes: UNLIMITED, groups: 10 } as const;
export const LIMIT_NAMES = [...QUOTA_NAMES, 'per_volume_gigabytes', 'groups'] as const;

/** The class that all projects are of. */
export const DEFAULT_CLASS = 'default';

interface Account {
  own: Limits;
  readonly used: Record<QuotaName, number>;
}

/** What each project may have and has; -1 is unlimited, as in Cinder's own tables. */
export class Quotas {
  readonly #accounts = new Map<string, Account>();
  readonly #configured: Limits;
  /** Those of the class `default`, where an administrator has changed them. */
  #ofClass: Limits = {};
  #onChange: ((projectId: string) => void) | undefined;

  constructor(configured: Amounts) {
    this.#configured = { ...everywhere(UNLIMITED), ...OTHER_DEFAULTS, ...configured };
  }

  /** Lets somebody know of each project whose own limits change; of the class's under the id `default`. */
  watch(onChange: (projectId: string) => void): void {
    this.#onChange = onChange;
  }

  /** What applies to projects that have no limits of their own. */
  get defaults(): Limits {
    return { ...this.#configured, ...this.#ofClass };
  }

  limits(projectId: string): Limits {
    return { ...this.defaults, ...this.#account(projectId).own };
  }

  limit(projectId: string, name: string): number {
    return this.#account(projectId).own[name] ?? this.#ofClass[name] ?? this.#configured[name] ?? UNLIMITED;
  }

  used(projectId: string): Readonly<Record<QuotaName, number>> {
    return this.#account(projectId).used;
  }

  /** The project's own limits; those of the class for the id `default`. */
  ownLimits(projectId: string): Limits {
    return projectId === DEFAULT_CLASS ? this.#ofClass : this.#account(projectId).own;
  }

  setLimits(projectId: string, limits: Limits): void {
    if (projectId === DEFAULT_CLASS) this.#ofClass = { ...this.#ofClass, ...limits };
    else {
      const account = this.#account(projectId);
      account.own = { ...account.own, ...limits };
    }
    this.#onChange?.(projectId);
  }

  /** Takes the project's own limits away, so that the defaults apply. */
  resetLimits(projectId: string): void {
    this.#account(projectId).own = {};
    this.#onChange?.(projectId);
  }

  /**
   * @throws {Refusal} 413 for a volume that is larger than one may be.
   * @see cinder/volume/flows/api/create_volume.py QuotaReserveTask.execute (Cinder 21.3.1)
   */
  checkVolumeSize(projectId: string, sizeGib: number): void {
    const limit = this.limit(projectId, 'per_volume_gigabytes');
    if (limit === UNLIMITED || sizeGib <= limit) return;
    throw overLimit(`Requested volume size ${sizeGib}G is larger than maximum allowed limit ${limit}G.`);
  }

  /** The first quota that these amounts would exceed. */
  findExceeded(projectId: string, amounts: Amounts): QuotaName | undefined {
    const { used } = this.#account(projectId);
    return QUOTA_NAMES.find((name) => {
      const amount = amounts[name];
      if (amount === undefined) return false;
      const limit = this.limit(projectId, name);
      return limit !== UNLIMITED && used[name] + amount > limit;
    });
  }

  add(projectId: string, amounts: Amounts): void {
    const { used } = this.#account(projectId);
    for (const name of QUOTA_NAMES) used[name] += amounts[name] ?? 0;
  }

  release(projectId: string, amounts: Amounts): void {
    const { used } = this.#account(projectId);
    for (const name of QUOTA_NAMES) used[name] = Math.max(0, used[name] - (amounts[name] ?? 0));
  }

  /**
   * Takes the amounts, or refuses and takes nothing.
   *
   * @param withClassName whether the answer names Cinder's exception, which depends on who catches it.
   * @throws {Refusal} 413 with `Retry-After: 0`.
   * @see cinder/quota_utils.py process_reserve_over_quota; texts observed on Cinder 21.3.1 (Zed)
   */
  reserve(projectId: string, amounts: Amounts, withClassName = true): void {
    const exceeded = this.findExceeded(projectId, amounts);
    if (exceeded !== undefined)
      throw this.#refusal(projectId, exceeded, amounts[exceeded] ?? 0, withClassName);
    this.add(projectId, amounts);
  }

  #refusal(projectId: string, name: QuotaName, requested: number, withClassName: boolean): Refusal {
    const { used } = this.#account(projectId);
    const limit = this.limit(projectId, name);
    const consumed = `Requested ${requested}G, quota is ${limit}G and ${used[name]}G has been consumed.`;
    const texts: Record<QuotaName, [string, string]> = {
      backup_gigabytes: [
        'VolumeBackupSizeExceedsAvailableQuota',
        `Requested backup exceeds allowed Backup gigabytes quota. ${consumed}`,
      ],
      backups: ['BackupLimitExceeded', `Maximum number of backups allowed (${limit}) exceeded`],
      gigabytes: [
        'VolumeSizeExceedsAvailableQuota',
        `Requested volume or snapshot exceeds allowed gigabytes quota. ${consumed}`,
      ],
      snapshots: ['SnapshotLimitExceeded', `Maximum number of snapshots allowed (${limit}) exceeded`],
      volumes: [
        'VolumeLimitExceeded',
        `Maximum number of volumes allowed (${limit}) exceeded for quota 'volumes'.`,
      ],
    };
    const [className, message] = texts[name];
    return overLimit(withClassName ? `${className}: ${message}` : message);
  }

  #account(projectId: string): Account {
    let account = this.#accounts.get(projectId);
    if (account === undefined) {
      account = { own: {}, used: everywhere(0) };
      this.#accounts.set(projectId, account);
    }
    return account;
  }
}

function everywhere(value: number): Record<QuotaName, number> {
  return { backup_gigabytes: value, backups: value, gigabytes: value, snapshots: value, volumes: value };
}
