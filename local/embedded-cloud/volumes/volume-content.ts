import { BLOCK_BYTES, digestBlocks, GIB_BYTES } from '../content/blocks.ts';
import type { CloudState } from '../state/cloud-state.ts';
import type { VolumeRow } from '../state/rows.ts';

/**
 * Writes into a volume, as a server would that has it attached; no status hinders.
 *
 * @throws {RangeError} for a range that is not all within the volume.
 */
export function writeVolume(cloud: CloudState, volume: VolumeRow, offset: number, bytes: Uint8Array): void {
  requireRange(volume, offset, bytes.length);
  cloud.contents.write(volume.id, offset, bytes);
}

/**
 * What was never written is zero.
 *
 * @throws {RangeError} for a range that is not all within the volume.
 */
export function readVolume(cloud: CloudState, volume: VolumeRow, offset: number, length: number): Uint8Array {
  requireRange(volume, offset, length);
  return cloud.contents.read(volume.id, offset, length);
}

/**
 * A digest of the first `sizeGib` GiB of a volume (default: all of it), equal for equal bytes.
 *
 * @throws {RangeError} for more than there is.
 */
export function digestVolume(cloud: CloudState, volume: VolumeRow, sizeGib = volume.size): string {
  requireRange(volume, 0, sizeGib * GIB_BYTES);
  return digestBlocks(cloud.contents.blocksOf(volume.id), sizeGib);
}

/** How much of a volume is not zero, in whole blocks. */
export function allocatedBytes(cloud: CloudState, volume: VolumeRow): number {
  return cloud.contents.blocksOf(volume.id).size * BLOCK_BYTES;
}

function requireRange(volume: VolumeRow, offset: number, length: number): void {
  const end = offset + length;
  if (Number.isSafeInteger(offset) && offset >= 0 && length >= 0 && end <= volume.size * GIB_BYTES) return;
  throw new RangeError(
    `bytes ${offset} to ${end} of volume ${volume.id}: it has ${volume.size * GIB_BYTES} (${volume.size} GiB)`,
  );
}
