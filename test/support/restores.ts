import { expect } from 'vitest';
import type { RunReport } from '../../lambdas/app/run-report.ts';
import { backUpKnownBytes, type KnownBackup } from './known-bytes.ts';
import { policyText, type World, type WorldOptions } from './world.ts';

/** Everything stays; every fourth backup is a full. */
export const RESTORE_POLICIES = policyText('nightly', {
  keep: '{ semantics: restic, last: 100 }',
  full: '{ every: 4 }',
});

/** A volume with six backups, F i i i F i, each of other bytes; or with fewer. */
export async function openWithBackups(
  open: (options: WorldOptions) => Promise<World>,
  options: Partial<WorldOptions> = {},
  count = 6,
) {
  const world = await open({ policies: RESTORE_POLICIES, volumes: 1, ...options });
  const volumeId = world.volumeIds[0] as string;
  const backups = (await backUpKnownBytes(world, count)).get(volumeId) ?? [];
  return { world, volumeId, backups };
}

export function newestOf(backups: readonly KnownBackup[]): KnownBackup {
  return backups.at(-1) as KnownBackup;
}

export function volumeOf(world: World, id: string | undefined) {
  return world.control.volumes().find((volume) => volume.id === id);
}

/** The volume that a run restored into, its only one. */
export function targetOf(report: RunReport): string {
  const [item] = report.items;
  expect(item).toMatchObject({ outcome: 'restored', isFailure: false });
  return item?.targetId ?? '';
}
