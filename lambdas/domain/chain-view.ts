import type { Backup, BackupId, BackupStatus, VolumeId } from './backup.ts';

/** What a new backup of a volume would join. */
export interface VolumeChain {
  /** The greatest data timestamp of any backup of the volume, whatever its status. */
  readonly newestStampAt: Date;
  /** The status of that backup. */
  readonly newestStatus: BackupStatus;
  /** What Cinder would take as the parent of an incremental; absent when no backup is `available`. */
  readonly head?: ChainHead;
  /** The head's chain goes back to a full. If not, what is based on the head is not restorable. */
  readonly chainIsComplete: boolean;
  readonly hasForeignInChain: boolean;
}

export interface ChainHead {
  readonly backupId: BackupId;
  readonly dataTimestampAt: Date;
  readonly isOurs: boolean;
  /** Backups in the chain, from its full up to the head; 1: the head is a full. */
  readonly length: number;
  /** The data timestamp of the chain's full; of its oldest listed backup when it is not complete. */
  readonly fullAt: Date;
  /** The largest size that the volume had in the chain. */
  readonly sizeGib: number;
}

/** The chains of a whole project in little memory: of each volume only a summary, and while its chain is read, one or two backups. */
export interface ChainView {
  /** Every backup once, those created last first, as the cloud lists them. */
  observe(backup: Backup): void;
  /** A backup that came, or whose status changed, after the listing. */
  note(backup: Backup): void;
  chainOf(volumeId: VolumeId): VolumeChain | undefined;
}

/** A backup as far as parents go. */
interface Entry {
  readonly id: BackupId;
  readonly stampMs: number;
  readonly isIncremental: boolean;
  readonly isOfSnapshot: boolean;
  readonly isOurs: boolean;
  readonly sizeGib: number;
  /** `restoring` ones were a parent once, but are not taken as one now. */
  readonly isAvailable: boolean;
}

/** The chain as far as it is read, from the head down to the tail. One flat object, as there is one per volume of the project. */
interface Chain {
  readonly headId: BackupId;
  readonly headMs: number;
  readonly isHeadOurs: boolean;
  readonly tailMs: number;
  readonly isTailIncremental: boolean;
  readonly isTailOfSnapshot: boolean;
  readonly length: number;
  readonly hasForeign: boolean;
  readonly sizeGib: number;
}

interface Summary {
  newestId: BackupId;
  newestMs: number;
  newestStatus: BackupStatus;
  chain: Chain | undefined;
  /** Created before the tail (before anything, while there is none), in the order of the listing. Empty once the full is reached. */
  pending: Entry[];
}

const NONE: Entry[] = [];

/**
 * Reads the chains out of a listing by Cinder's rule: the parent is the `available` backup of the greatest data timestamp (ties: the
 * greater id), for a backup of a snapshot of those stamped strictly before the snapshot.
 *
 * @see cinder/backup/api.py API.create
 */
export function createChainView(isOurs: (backup: Backup) => boolean): ChainView {
  const volumes = new Map<VolumeId, Summary>();

  const open = (backup: Backup): Summary => {
    const known = volumes.get(backup.volumeId);
    if (known !== undefined) {
      noteNewest(known, backup);
      return known;
    }
    const { id, dataTimestampAt, status } = backup;
    const made = { newestId: id, newestMs: dataTimestampAt.getTime(), newestStatus: status };
    const summary: Summary = { ...made, chain: undefined, pending: NONE };
    volumes.set(backup.volumeId, summary);
    return summary;
  };

  return {
    observe(backup) {
      const summary = open(backup);
      if (isClosed(summary.chain)) return;
      if (backup.status === 'available' || backup.status === 'restoring') {
        summary.pending = [...summary.pending, toEntry(backup, isOurs(backup))];
      }
      // What is still to come was created no later, so it is stamped no later.
      const unseenMs = backup.createdAt.getTime();
      Object.assign(
        summary,
        advance(summary, (entry) => entry.stampMs >= unseenMs),
      );
    },

    note(backup) {
      const summary = open(backup);
      if (backup.status !== 'available') return;
      const { chain, pending } = readToEnd(summary);
      const entry = toEntry(backup, isOurs(backup));
      if (chain !== undefined && (chain.headId === entry.id || isNewer(headOf(chain), entry))) return;
      const isBased = entry.isIncremental && chain !== undefined;
      summary.chain = isBased ? continueChain(chain, entry) : startChain(entry);
      summary.pending = isClosed(summary.chain) ? NONE : pending;
    },

    chainOf(volumeId) {
      const summary = volumes.get(volumeId);
      if (summary === undefined) return undefined;
      const { chain } = readToEnd(summary);
      const { newestMs, newestStatus } = summary;
      return {
        newestStampAt: new Date(newestMs),
        newestStatus,
        ...(chain && { head: toHead(chain) }),
        chainIsComplete: isClosed(chain),
        hasForeignInChain: chain?.hasForeign ?? false,
      };
    },
  };
}

function noteNewest(summary: Summary, { id, dataTimestampAt, status }: Backup): void {
  const stampMs = dataTimestampAt.getTime();
  const { newestId, newestMs } = summary;
  if (stampMs < newestMs || (stampMs === newestMs && id < newestId)) return;
  Object.assign(summary, { newestId: id, newestMs: stampMs, newestStatus: status });
}

type Reading = Pick<Summary, 'chain' | 'pending'>;

/** Takes parent after parent, as long as `isFinal` says that nothing still to come can be taken in its place. */
function advance({ chain, pending }: Reading, isFinal: (entry: Entry) => boolean): Reading {
  let reading: Reading = { chain, pending };
  while (!isClosed(reading.chain)) {
    const place = placeOfParent(reading);
    const parent = reading.pending[place];
    if (parent === undefined || !isFinal(parent)) return reading;
    reading = {
      chain: reading.chain === undefined ? startChain(parent) : lengthen(reading.chain, parent),
      pending: reading.pending.slice(place + 1),
    };
  }
  return { ...reading, pending: NONE };
}

/** Nothing more is to come. */
function readToEnd(summary: Summary): Reading {
  return advance(summary, () => true);
}

function placeOfParent({ chain, pending }: Reading): number {
  let best = -1;
  for (const [place, entry] of pending.entries()) {
    const isEligible =
      chain === undefined ? entry.isAvailable : !chain.isTailOfSnapshot || entry.stampMs < chain.tailMs;
    if (isEligible && (best < 0 || isNewer(entry, pending[best] as Entry))) best = place;
  }
  return best;
}

function isNewer(a: Pick<Entry, 'id' | 'stampMs'>, b: Pick<Entry, 'id' | 'stampMs'>): boolean {
  return a.stampMs > b.stampMs || (a.stampMs === b.stampMs && a.id > b.id);
}

function headOf({ headId, headMs }: Chain): Pick<Entry, 'id' | 'stampMs'> {
  return { id: headId, stampMs: headMs };
}

function startChain(head: Entry): Chain {
  return {
    headId: head.id,
    headMs: head.stampMs,
    isHeadOurs: head.isOurs,
    tailMs: head.stampMs,
    isTailIncremental: head.isIncremental,
    isTailOfSnapshot: head.isOfSnapshot,
    length: 1,
    hasForeign: !head.isOurs,
    sizeGib: head.sizeGib,
  };
}

/** A new head on top. */
function continueChain(chain: Chain, entry: Entry): Chain {
  const { id: headId, stampMs: headMs, isOurs: isHeadOurs } = entry;
  return { ...withEntry(chain, entry), headId, headMs, isHeadOurs };
}

/** One more below the tail. */
function lengthen(chain: Chain, entry: Entry): Chain {
  return {
    ...withEntry(chain, entry),
    tailMs: entry.stampMs,
    isTailIncremental: entry.isIncremental,
    isTailOfSnapshot: entry.isOfSnapshot,
  };
}

function withEntry(chain: Chain, entry: Entry): Chain {
  return {
    ...chain,
    length: chain.length + 1,
    hasForeign: chain.hasForeign || !entry.isOurs,
    sizeGib: Math.max(chain.sizeGib, entry.sizeGib),
  };
}

function isClosed(chain: Chain | undefined): boolean {
  return chain !== undefined && !chain.isTailIncremental;
}

function toHead(chain: Chain): ChainHead {
  return {
    backupId: chain.headId,
    dataTimestampAt: new Date(chain.headMs),
    isOurs: chain.isHeadOurs,
    length: chain.length,
    fullAt: new Date(chain.tailMs),
    sizeGib: chain.sizeGib,
  };
}

function toEntry(backup: Backup, isOurs: boolean): Entry {
  return {
    id: backup.id,
    stampMs: backup.dataTimestampAt.getTime(),
    isIncremental: backup.isIncremental,
    isOfSnapshot: backup.snapshotId !== undefined,
    isOurs,
    sizeGib: backup.sizeGib,
    isAvailable: backup.status === 'available',
  };
}
