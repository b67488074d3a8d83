import type { World } from './world.ts';
import { runSlots } from './world-steps.ts';

/** What a volume held when a backup of it was made. */
export interface KnownBackup {
  readonly id: string;
  readonly at: Date;
  readonly isIncremental: boolean;
  readonly digest: string;
}

/** Writes something else into a volume, at a place of its own. */
export function scribble(world: World, volumeId: string, mark: number): void {
  const bytes = Buffer.alloc(3_000, `${volumeId} ${mark} `);
  world.control.writeVolume(volumeId, mark * 1_000_000, bytes);
}

/**
 * Makes so many backups of every volume, one an hour, each with something else in it than the one before.
 *
 * @returns those of each volume, oldest first.
 */
export async function backUpKnownBytes(
  world: World,
  count: number,
): Promise<ReadonlyMap<string, readonly KnownBackup[]>> {
  const digests = new Map<string, string[]>(world.volumeIds.map((id) => [id, []]));
  for (let made = 0; made < count; made += 1) {
    for (const id of world.volumeIds) {
      scribble(world, id, made);
      digests.get(id)?.push(world.control.digestVolume(id));
    }
    await runSlots(world, 1);
  }
  const rows = world.control.backups().toReversed();
  return new Map(
    world.volumeIds.map((volumeId) => {
      const own = rows.filter((row) => row.volume_id === volumeId);
      const known = own.map((row, index) => ({
        id: row.id,
        at: new Date((row.data_timestamp ?? row.created_at) * 1_000),
        isIncremental: row.parent_id !== null,
        digest: digests.get(volumeId)?.[index] ?? '',
      }));
      return [volumeId, known] as const;
    }),
  );
}
