import type { VolumeId } from '../domain/backup.ts';
import type { BackupRecord, EndedPage, PolicyRecord, VolumeRecord } from '../domain/backup-record.ts';
import {
  completeRecord,
  type ImportTime,
  mergePolicyRecords,
  toImportedRecord,
  toImportedRestore,
} from '../domain/imported-records.ts';
import { type Catalog, CatalogConflictError, type CatalogEntry } from './ports.ts';
import type { Dependencies } from './run.ts';
import { HISTORY_MS } from './work/end-attempt.ts';

/** `merged`: what was there was completed; `kept`: it was left as it is. */
export type EntryOutcome = 'imported' | 'merged' | 'kept';

export interface EntryImport {
  take(entry: CatalogEntry): Promise<EntryOutcome>;
  /** Puts the volumes that were there already, and of which more is known now, up for a decision. */
  putUp(): Promise<void>;
}

/** Reads entries of an export in, one by one, in any order. */
export function createEntryImport(
  deps: Dependencies,
  options: { readonly dryRun: boolean; readonly exportedAt: Date },
): EntryImport {
  const { catalog, clock, deployment } = deps;
  const now = clock.now();
  const time: ImportTime = { now, forgetAt: new Date(now.getTime() + HISTORY_MS) };
  const changed = new Map<string, { readonly cloud: string; readonly volumeId: VolumeId }>();

  function toImported(entry: CatalogEntry): CatalogEntry {
    if (entry.kind === 'record')
      return { ...entry, value: toImportedRecord(entry.value, deployment.policies, time) };
    if (entry.kind === 'restore') return { ...entry, value: toImportedRestore(entry.value, time) };
    return entry;
  }

  async function merge(entry: CatalogEntry): Promise<boolean> {
    switch (entry.kind) {
      case 'record':
        return mergeRecord(entry.value);
      case 'volume':
        return mergeVolume(entry.value);
      case 'policy':
        return mergePolicy(entry.value);
      default:
        return false;
    }
  }

  async function mergeRecord(exported: BackupRecord): Promise<boolean> {
    const stored = await catalog.getRecord(exported);
    const completed = stored && completeRecord(stored, exported);
    if (completed === undefined) return false;
    if (options.dryRun) return true;
    try {
      await catalog.save(completed);
    } catch (error) {
      if (error instanceof CatalogConflictError) return false; // it is newer still
      throw error;
    }
    noteChange(exported);
    return true;
  }

  /** The facts of a volume that was gone when the catalog was rebuilt; and what was proved of its backups. */
  async function mergeVolume(exported: VolumeRecord): Promise<boolean> {
    const { cloud, volumeId, volume, proof } = exported;
    const stored = await catalog.getVolume(cloud, volumeId);
    if (stored === undefined) return false;
    const lacksFacts = stored.volume.name === '' && volume.name !== '';
    const lacksProof = stored.proof === undefined && proof !== undefined;
    if (!options.dryRun && lacksFacts) await catalog.noteVolume({ ...stored, volume });
    if (!options.dryRun && lacksProof) await catalog.noteProof(cloud, volumeId, proof);
    return lacksFacts || lacksProof;
  }

  async function mergePolicy(exported: PolicyRecord): Promise<boolean> {
    const stored = await catalog.getPolicy(exported.policy);
    if (stored === undefined) return false;
    const merged = mergePolicyRecords(stored, exported, options.exportedAt);
    if (JSON.stringify(merged) === JSON.stringify(stored)) return false;
    if (!options.dryRun) await catalog.savePolicy(merged);
    return true;
  }

  async function insert(entry: CatalogEntry): Promise<boolean> {
    if (options.dryRun) return !(await isTaken(entry, deps));
    const isInserted = await catalog.insertEntry(entry);
    if (isInserted && entry.kind === 'record') noteChange(entry.value);
    return isInserted;
  }

  function noteChange({ cloud, volumeId, state }: BackupRecord): void {
    if (state === 'available') changed.set(JSON.stringify([cloud, volumeId]), { cloud, volumeId });
  }

  return {
    async take(entry) {
      const imported = toImported(entry);
      if (await insert(imported)) return 'imported';
      return (await merge(imported)) ? 'merged' : 'kept';
    },
    async putUp() {
      for (const { cloud, volumeId } of changed.values()) {
        const stored = await catalog.getVolume(cloud, volumeId);
        if (stored !== undefined) await catalog.noteVolume({ ...stored, decideAt: clock.now() });
      }
    },
  };
}

async function isTaken(entry: CatalogEntry, { catalog }: Dependencies): Promise<boolean> {
  switch (entry.kind) {
    case 'record':
      return (await catalog.getRecord(entry.value)) !== undefined;
    case 'restore':
      return (await catalog.getRestore(entry.value)) !== undefined;
    case 'volume':
      return (await catalog.getVolume(entry.value.cloud, entry.value.volumeId)) !== undefined;
    case 'slot':
      return (await catalog.getSlot(entry.value.policy, entry.value.slotAt)) !== undefined;
    case 'policy':
      return (await catalog.getPolicy(entry.value.policy)) !== undefined;
    case 'cloud':
      return (await catalog.getCloud(entry.value.cloud)) !== undefined;
    case 'ended':
      return isNoted(entry.value, catalog);
  }
}

async function isNoted({ cloud, endedAt, backups }: EndedPage, catalog: Catalog): Promise<boolean> {
  for await (const pages of catalog.listEnded(cloud)) {
    const isSame = (page: EndedPage) =>
      page.endedAt.getTime() === endedAt.getTime() && page.backups[0]?.backupId === backups[0]?.backupId;
    if (pages.some(isSame)) return true;
    if ((pages.at(-1)?.endedAt ?? endedAt) < endedAt) return false;
  }
  return false;
}
