import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BackupStorage } from '../content/backup-storage.ts';
import { VolumeContents } from '../content/volume-contents.ts';
import { openContentFile } from './content-file.ts';
import { DirectoryBackupStorage } from './directory-backup-storage.ts';
import { openRowFile, type RowFile } from './row-file.ts';
import { CloudDirectoryError } from './sqlite-file.ts';

/**
 * A directory in which a cloud is kept. Its parts are apart, as a real cloud's are: each can be lost by itself.
 *
 * - `keystone/`: users, projects, credentials, tokens. `database/`: Cinder's tables.
 * - `volumes/`: the bytes of volumes and snapshots. `backups/`: a folder of objects for each backup.
 */
export interface CloudDirectory {
  readonly keystone: RowFile;
  readonly database: RowFile;
  readonly contents: VolumeContents;
  readonly storage: BackupStorage;
  /** What was changed is there after a crash of this process; bytes before the rows that speak of them. */
  commit(): void;
  close(): void;
}

/** @throws {CloudDirectoryError} when another process has it open, or something in it is not as it should be. */
export function openCloudDirectory(path: string): CloudDirectory {
  const opened: { close(): void }[] = [];
  const keep = <File extends { close(): void }>(file: File): File => {
    opened.push(file);
    return file;
  };
  const close = (): void => {
    for (const file of opened) file.close();
  };
  try {
    makeFolder(path);
    const keystone = keep(openRowFile(join(path, 'keystone', 'keystone.sqlite')));
    const database = keep(openRowFile(join(path, 'database', 'cinder.sqlite')));
    const content = keep(openContentFile(join(path, 'volumes', 'content.sqlite')));
    return {
      keystone,
      database,
      contents: new VolumeContents(content.pool, content.index),
      storage: new DirectoryBackupStorage(join(path, 'backups')),
      commit() {
        content.commit();
        keystone.commit();
        database.commit();
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** For its owner alone, if it is made here: there are passwords and tokens in it. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw new CloudDirectoryError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
