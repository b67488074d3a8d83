import { type Backup, compareNewestFirst, type VolumeId } from './backup.ts';
import { inferChains } from './backup-chain.ts';

/** Which policy owns a backup; undefined: it is foreign, or its policy is not in the config. */
export type OwnerOf = (backup: Backup) => string | undefined;

/** What is looked for: of each of the policies the newest good backup of a volume. */
export interface GoodBackupSearch {
  readonly volumeId: VolumeId;
  readonly policies: readonly string[];
}

/** By policy the data timestamp of the newest good backup; a policy that has none is absent. */
export type GoodBackups = ReadonlyMap<string, Date>;

/**
 * The newest good backups of a whole project in little memory, read out of its list: of each volume only where its chain has come to, and
 * only until everything that is looked for is found.
 */
export interface GoodBackupView {
  /** Every backup once, those created last first, as the cloud lists them. */
  observe(backup: Backup): void;
  /** Of how many volumes something is still looked for; known sooner if all that is to come was created at an instant or before. */
  countOpen(createdAt?: Date): number;
  /** The list has come to its end. */
  finish(): void;
  /**
   * What was found of a volume; undefined where the list did not go far enough or was not in the usual order, or where a chain has no full:
   * see `findGoodBackups`.
   */
  goodBackupsOf(volumeId: VolumeId): GoodBackups | undefined;
}

/** `open`: something is still looked for. `unusual`: the list does not tell. */
const OPEN = 0;
const FOUND = 1;
const UNUSUAL = 2;

/**
 * Volumes as far as their backups are read, in columns: objects would take ten times the memory. A row is a volume, a cell a policy of
 * a volume; where there is no instant there is NaN.
 */
interface Columns {
  readonly rows: ReadonlyMap<VolumeId, number>;
  readonly policies: readonly (readonly string[])[];
  /** By row: where its cells begin. */
  readonly firstCell: Uint32Array;
  readonly state: Uint8Array;
  readonly lastCreatedMs: Float64Array;
  readonly lastStampMs: Float64Array;
  /** The last backup was a full. What comes next shows whether it is the one of this chain. */
  readonly isAtFull: Uint8Array;
  readonly goodMs: Float64Array;
  /** The newest backup of each in the chain that is being read: good as soon as the chain's full is found. */
  readonly candidateMs: Float64Array;
}

/**
 * In the usual order, which is that of the data timestamps as well, every backup is based on the one listed after it, down to a full; that is
 * how Cinder chooses parents. Where one is out of that order nothing is said of its volume.
 *
 * @param now on the cloud's clock: what is dated after it is not good.
 * @see cinder/backup/api.py API.create
 */
export function createGoodBackupView(
  searches: Iterable<GoodBackupSearch>,
  ownerOf: OwnerOf,
  now: Date,
): GoodBackupView {
  const columns = openColumns(searches);
  const { rows, state, isAtFull, lastStampMs } = columns;
  let openCount = rows.size;

  function close(row: number, as: typeof FOUND | typeof UNUSUAL): void {
    state[row] = as;
    openCount -= 1;
  }

  function confirm(row: number): void {
    confirmCandidates(columns, row);
    if (isAllFound(columns, row)) close(row, FOUND);
  }

  return {
    observe(backup) {
      const row = rows.get(backup.volumeId);
      if (row === undefined || state[row] !== OPEN || !isUsable(backup)) return;
      if (!isInOrder(backup, columns, row)) return close(row, UNUSUAL);
      if (isAtFull[row] === 1) confirm(row);
      if (state[row] === OPEN) take(backup, columns, row, ownerOf(backup), now);
    },

    countOpen(createdAt) {
      const untilMs = createdAt?.getTime() ?? Number.POSITIVE_INFINITY;
      for (let row = 0; row < rows.size; row += 1) {
        if (state[row] === OPEN && isAtFull[row] === 1 && untilMs < (lastStampMs[row] as number))
          confirm(row);
      }
      return openCount;
    },

    finish() {
      for (let row = 0; row < rows.size; row += 1) {
        if (state[row] !== OPEN) continue;
        if (isAtFull[row] === 1) confirmCandidates(columns, row);
        close(row, hasCandidate(columns, row) ? UNUSUAL : FOUND);
      }
    },

    goodBackupsOf(volumeId) {
      const row = rows.get(volumeId);
      return row === undefined || state[row] !== FOUND ? undefined : read(columns, row);
    },
  };
}

/**
 * The same from everything on ONE volume, foreign backups included, in whatever order.
 *
 * @param now on the cloud's clock.
 */
export function findGoodBackups(backups: readonly Backup[], ownerOf: OwnerOf, now: Date): GoodBackups {
  const newestFirst = [...inferChains(backups.map(asAvailable)).values()]
    .filter(({ isRestorable, backup }) => isRestorable && backup.dataTimestampAt <= now)
    .map(({ backup }) => backup)
    .toSorted(compareNewestFirst);
  const found = new Map<string, Date>();
  for (const backup of newestFirst) {
    const owner = ownerOf(backup);
    if (owner !== undefined && !found.has(owner)) found.set(owner, backup.dataTimestampAt);
  }
  return found;
}

/** What is being restored was available, and is again when the restore has ended. */
function asAvailable(backup: Backup): Backup {
  return backup.status === 'restoring' ? { ...backup, status: 'available' } : backup;
}

function isUsable({ status }: Backup): boolean {
  return status === 'available' || status === 'restoring';
}

function openColumns(searches: Iterable<GoodBackupSearch>): Columns {
  const rows = new Map<VolumeId, number>();
  const policies: (readonly string[])[] = [];
  for (const search of searches) {
    rows.set(search.volumeId, policies.length);
    policies.push(search.policies);
  }
  const firstCell = new Uint32Array(policies.length + 1);
  for (const [row, own] of policies.entries()) firstCell[row + 1] = (firstCell[row] as number) + own.length;
  const cellCount = firstCell[policies.length] as number;
  return {
    rows,
    policies,
    firstCell,
    state: new Uint8Array(policies.length),
    lastCreatedMs: new Float64Array(policies.length).fill(Number.POSITIVE_INFINITY),
    lastStampMs: new Float64Array(policies.length).fill(Number.POSITIVE_INFINITY),
    isAtFull: new Uint8Array(policies.length),
    goodMs: new Float64Array(cellCount).fill(Number.NaN),
    candidateMs: new Float64Array(cellCount).fill(Number.NaN),
  };
}

/** After a full also: nothing that comes later can have been the parent of what is based on it. */
function isInOrder({ createdAt, dataTimestampAt }: Backup, columns: Columns, row: number): boolean {
  const createdMs = createdAt.getTime();
  const lastStampMs = columns.lastStampMs[row] as number;
  return (
    createdMs < (columns.lastCreatedMs[row] as number) &&
    dataTimestampAt.getTime() < lastStampMs &&
    !(columns.isAtFull[row] === 1 && createdMs >= lastStampMs)
  );
}

function take(backup: Backup, columns: Columns, row: number, owner: string | undefined, now: Date): void {
  const { createdAt, dataTimestampAt, isIncremental } = backup;
  columns.lastCreatedMs[row] = createdAt.getTime();
  columns.lastStampMs[row] = dataTimestampAt.getTime();
  columns.isAtFull[row] = isIncremental ? 0 : 1;
  const place = owner === undefined ? -1 : (columns.policies[row] as readonly string[]).indexOf(owner);
  if (place < 0 || dataTimestampAt > now) return;
  const cell = (columns.firstCell[row] as number) + place;
  if (isNone(columns.goodMs[cell]) && isNone(columns.candidateMs[cell]))
    columns.candidateMs[cell] = dataTimestampAt.getTime();
}

function confirmCandidates(columns: Columns, row: number): void {
  const { goodMs, candidateMs } = columns;
  for (const cell of cellsOf(columns, row)) {
    if (isNone(candidateMs[cell])) continue;
    goodMs[cell] = candidateMs[cell] as number;
    candidateMs[cell] = Number.NaN;
  }
  columns.isAtFull[row] = 0;
}

function isAllFound(columns: Columns, row: number): boolean {
  return cellsOf(columns, row).every((cell) => !isNone(columns.goodMs[cell]));
}

function hasCandidate(columns: Columns, row: number): boolean {
  return cellsOf(columns, row).some((cell) => !isNone(columns.candidateMs[cell]));
}

function cellsOf({ firstCell, policies }: Columns, row: number): number[] {
  return (policies[row] as readonly string[]).map((_policy, place) => (firstCell[row] as number) + place);
}

function isNone(ms: number | undefined): boolean {
  return ms === undefined || Number.isNaN(ms);
}

function read(columns: Columns, row: number): GoodBackups {
  const { policies, goodMs, firstCell } = columns;
  return new Map(
    (policies[row] as readonly string[]).flatMap((policy, place) => {
      const ms = goodMs[(firstCell[row] as number) + place];
      return ms === undefined || isNone(ms) ? [] : [[policy, new Date(ms)] as const];
    }),
  );
}
