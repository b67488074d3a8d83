import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LiveEnvironment } from './environment.ts';
import { waitUntil } from './session.ts';

/** @see test/live/cloud/lib/file_volume_driver.py */
export type LiveFault = 'attach_delay' | 'attach_error';

async function writeInto(path: string, offsetBytes: number, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'r+');
  try {
    const { size } = await file.stat();
    if (offsetBytes + bytes.length > size) {
      throw new Error(`write ${bytes.length} bytes at ${offsetBytes} into ${path}: it has ${size}`);
    }
    await file.write(bytes, 0, bytes.length, offsetBytes);
  } finally {
    await file.close();
  }
}

/** The bytes of volumes, behind Cinder's back: each volume is a file of `file_volume_driver.py`. */
export function openVolumeFiles({ volumesPath }: LiveEnvironment) {
  const fileOf = (volumeId: string): string => join(volumesPath, `volume-${volumeId}`);
  const readVolume = (id: string): Promise<Buffer> => readFile(fileOf(id));
  return {
    readVolume,
    writeVolume: (id: string, offsetBytes: number, bytes: Uint8Array) =>
      writeInto(fileOf(id), offsetBytes, bytes),
    hashVolume: async (id: string) =>
      createHash('sha256')
        .update(await readVolume(id))
        .digest('hex'),
  };
}

/** Files that the volume driver looks for whenever it attaches a volume. */
export function openFaults({ faultsPath }: LiveEnvironment) {
  return {
    async setFault(fault: LiveFault, value: string | number, volumeId?: string): Promise<void> {
      const name = volumeId === undefined ? fault : `${fault}.${volumeId}`;
      await writeFile(join(faultsPath, name), `${value}\n`);
    },
    /** Until `attach_delay` holds the volume up: whoever asked for it is at work. */
    waitUntilDelayed: (volumeId: string) =>
      waitUntil(`volume ${volumeId} to be held up`, async () =>
        existsSync(join(faultsPath, `delayed.${volumeId}`)) ? true : undefined,
      ),
    async clearFaults(volumeId = ''): Promise<void> {
      for (const name of await readdir(faultsPath)) {
        if (name.endsWith(volumeId)) await rm(join(faultsPath, name));
      }
    },
  };
}
