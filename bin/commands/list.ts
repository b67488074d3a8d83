import { Option } from 'commander';
import { listBackups } from '../../lambdas/app/list-backups.ts';
import { listEnded } from '../../lambdas/app/list-ended.ts';
import { SORT_KEYS, type SortKey } from '../../lambdas/app/list-order.ts';
import type { BackupId, BackupStatus, VolumeId } from '../../lambdas/domain/backup.ts';
import {
  addConfigOption,
  addDataOption,
  addJsonOption,
  type ConfigOption,
  type DataOption,
  type JsonOption,
  parseUuid,
  wholeNumber,
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { UsageError } from '../cli/usage-error.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { formatBackups, toBackupJson } from '../output/backups.ts';
import { formatForest } from '../output/chain-tree.ts';
import { emit } from '../output/emit.ts';
import { formatEnded, toEndedJson } from '../output/ended-backups.ts';

interface ListOptions extends ConfigOption, JsonOption, DataOption {
  readonly cloud?: string;
  readonly volume?: VolumeId;
  readonly policy?: string;
  readonly status?: BackupStatus;
  readonly name?: string;
  readonly proved?: boolean;
  readonly pinned?: boolean;
  readonly held?: boolean;
  readonly limit?: number;
  readonly marker?: BackupId;
  readonly offset?: number;
  readonly sort?: string;
  readonly sortKey?: SortKey;
  readonly sortDir?: 'asc' | 'desc';
  readonly tree?: true;
  readonly deleted?: true;
}

/** What has a meaning with `--tree`, which shows whole chains, and with `--deleted`, which asks the catalog only. */
const WITH_TREE: readonly (keyof ListOptions)[] = ['cloud', 'volume', 'policy'];
const WITH_DELETED: readonly (keyof ListOptions)[] = ['cloud', 'volume', 'policy', 'limit', 'marker'];
const ALWAYS: readonly (keyof ListOptions)[] = ['config', 'data', 'json'];

const STATUSES: readonly BackupStatus[] = [
  'creating',
  'available',
  'restoring',
  'deleting',
  'error',
  'error_deleting',
  'unknown',
];

export const command: CliCommand = {
  description:
    'The backups in the clouds of the config, ours and foreign, newest first. With --tree whole chains, drawn as they are inferred; with --deleted those that are no more, with the reason, as the catalog remembers them. Reads only.',
  examples: [
    'list',
    'list --policy nightly --status error',
    'list --policy nightly --no-proved',
    'list --pinned',
    'list --volume 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed --tree',
    'list --deleted --policy nightly --limit 20',
    'list --json --limit 100 --sort status:asc,createdAt:desc',
  ],
  declare(command) {
    addConfigOption(command)
      .option('--cloud <name>', 'only in this cloud of the config')
      .addOption(new Option('--volume <id>', 'only of this volume').argParser(parseUuid))
      .option('--policy <name>', 'only of this policy, or of the one that it was formerly')
      .addOption(new Option('--status <status>', 'only in this status').choices(STATUSES))
      .option('--name <name>', 'only of exactly this name')
      .option('--proved', 'only those that were proved restorable')
      .option('--no-proved', 'only those that never were')
      .option('--pinned', 'only those that somebody has pinned')
      .option('--no-pinned', 'only those that nobody has')
      .option('--held', 'only those that have expired and stay because others need them')
      .option('--no-held', 'all but those')
      .addOption(new Option('--limit <n>', 'at most so many').argParser(wholeNumber(1)))
      .addOption(new Option('--marker <id>', 'go on after this backup').argParser(parseUuid))
      .addOption(new Option('--offset <n>', 'pass over so many').argParser(wholeNumber(0)))
      .addOption(
        new Option(
          '--sort <keys>',
          `such as status:asc,createdAt:desc; keys: ${SORT_KEYS.join(', ')}`,
        ).conflicts(['sortKey', 'sortDir']),
      )
      .addOption(new Option('--sort-key <key>', 'one key; default: createdAt').choices(SORT_KEYS))
      .addOption(new Option('--sort-dir <dir>', 'default: desc').choices(['asc', 'desc']))
      .option('--tree', 'draw the chains of each volume')
      .addOption(new Option('--deleted', 'those that are no more').conflicts('tree'));
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<ListOptions>();
    if (options.tree) refuseOthers('--tree', 'it shows whole chains', options, WITH_TREE);
    if (options.deleted) refuseOthers('--deleted', 'it asks the catalog', options, WITH_DELETED);
    const { config, data, json, volume, tree, deleted, ...rest } = options;
    const query = { ...rest, ...(volume !== undefined && { volumeId: volume }) };
    await withWorkspace({ config, data, ...(deleted && { isOffline: true }) }, terminal, async ({ deps }) => {
      if (query.policy !== undefined && !deps.deployment.policies.has(query.policy)) {
        terminal.note(
          `warning: there is no policy ${query.policy} in ${config}; looking for its backups all the same`,
        );
      }
      if (deleted) {
        const list = await listEnded(query, deps);
        emit(terminal, json, toEndedJson(list), () => formatEnded(list));
        return;
      }
      const list = await listBackups(query, deps);
      const { backups, nextMarker } = list;
      const document = {
        backups: backups.map(toBackupJson),
        ...(nextMarker !== undefined && { nextMarker }),
      };
      emit(terminal, json, document, () => (tree ? formatForest(backups) : formatBackups(list)));
    });
    return 0;
  },
};

function refuseOthers(
  flag: '--tree' | '--deleted',
  why: string,
  options: ListOptions,
  known: readonly (keyof ListOptions)[],
): void {
  const own = flag === '--tree' ? 'tree' : 'deleted';
  const names = Object.keys(options) as (keyof ListOptions)[];
  const others = names.filter((name) => name !== own && !known.includes(name) && !ALWAYS.includes(name));
  if (others.length === 0) return;
  const told = others.map((name) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  throw new UsageError(`${flag} does not go with ${told.join(', ')}: ${why}`);
}
