import type { RestoreRecord } from '../../lambdas/domain/restore-record.ts';
import { backUpKnownBytes, type KnownBackup } from './known-bytes.ts';
import { policyText, type World, type WorldOptions } from './world.ts';

/** Everything stays, every fourth backup is a full; restores are tested at noon, as `settings` say. */
export function testedPolicy(settings = '', parts: Readonly<Record<string, string>> = {}): string {
  const more = settings === '' ? '' : `, ${settings}`;
  return policyText('nightly', {
    keep: '{ semantics: restic, last: 100 }',
    full: '{ every: 4 }',
    restoreTests: `{ schedule: { cron: "0 12 * * *" }${more} }`,
    ...parts,
  });
}

/** Volumes with backups of known bytes, and a policy with tests of restores. */
export async function openTested(
  open: (options: WorldOptions) => Promise<World>,
  settings = '',
  options: Partial<WorldOptions> & { readonly backups?: number } = {},
) {
  const { backups: count = 2, ...rest } = options;
  const world = await open({ policies: testedPolicy(settings), volumes: 1, ...rest });
  const all = await backUpKnownBytes(world, count);
  const [volumeId = ''] = world.volumeIds;
  const backups: readonly KnownBackup[] = all.get(volumeId) ?? [];
  return { world, volumeId, backups, all };
}

/** What restores have left in the cloud. */
export function scratchOf({ control }: Pick<World, 'control'>) {
  return control.volumes().filter(({ name }) => name?.startsWith('cinderkeep-test-'));
}

/** Every restore that the catalog knows of the world's volumes. */
export async function testsOf({ catalog, volumeIds }: World): Promise<readonly RestoreRecord[]> {
  const lists = await Promise.all(volumeIds.map((id) => catalog.listRestores('prod', id)));
  return lists.flat();
}
