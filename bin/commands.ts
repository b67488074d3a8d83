import type { CommandRow } from './cli/run-cli.ts';

/** Every command; its file is loaded only when it is asked for. */
export const COMMANDS: readonly CommandRow[] = [
  {
    name: 'start',
    summary: 'the demonstration: 30 days of the sample policies in fast-forward',
    load: () => import('./commands/start.ts'),
  },
  {
    name: 'run',
    summary: 'the daemon: backs up and prunes the clouds of the config on schedule',
    load: () => import('./commands/run.ts'),
  },
  {
    name: 'cloud',
    summary: 'an embedded OpenStack cloud to try policies on',
    load: () => import('./commands/cloud.ts'),
  },
  {
    name: 'check',
    summary: 'says what is wrong with the config, and what it means',
    load: () => import('./commands/check.ts'),
  },
  {
    name: 'plan',
    summary: 'what would be created and deleted now, and why',
    load: () => import('./commands/plan.ts'),
  },
  {
    name: 'explain',
    summary: 'what a policy would keep of a list of backups, and why',
    load: () => import('./commands/explain.ts'),
  },
  {
    name: 'forecast',
    summary: 'what a policy will make of a volume in the days ahead, and what else it could',
    load: () => import('./commands/forecast.ts'),
  },
  {
    name: 'backup',
    summary: 'backs up the volumes of a policy now',
    load: () => import('./commands/backup.ts'),
  },
  {
    name: 'prune',
    summary: 'deletes what is past retention, dependents first',
    load: () => import('./commands/prune.ts'),
  },
  {
    name: 'restore',
    summary: 'restores a backup, a volume or all volumes of a server',
    load: () => import('./commands/restore.ts'),
  },
  {
    name: 'test-restores',
    summary: 'proves that backups can be restored, into scratch volumes',
    load: () => import('./commands/test-restores.ts'),
  },
  {
    name: 'coverage',
    summary: 'which volumes have no recent good backup',
    load: () => import('./commands/coverage.ts'),
  },
  {
    name: 'list',
    summary: 'the backups in the cloud, ours and foreign',
    load: () => import('./commands/list.ts'),
  },
  {
    name: 'show',
    summary: 'one backup: all that is known of it, and its chain',
    load: () => import('./commands/show.ts'),
  },
  {
    name: 'pin',
    summary: 'keeps a backup, whatever retention says',
    load: () => import('./commands/pin.ts'),
  },
  {
    name: 'unpin',
    summary: 'leaves a pinned backup to retention again',
    load: () => import('./commands/unpin.ts'),
  },
  {
    name: 'export',
    summary: 'writes the catalog into a file',
    load: () => import('./commands/export.ts'),
  },
  {
    name: 'import',
    summary: 'reads an exported catalog in again',
    load: () => import('./commands/import.ts'),
  },
  {
    name: 'export-records',
    summary: 'writes the cloud’s own records of our backups into a file',
    load: () => import('./commands/export-records.ts'),
  },
  {
    name: 'import-records',
    summary: 'makes backups known to a cloud that has lost its database',
    load: () => import('./commands/import-records.ts'),
  },
  {
    name: 'rebuild',
    summary: 'restores the catalog from what the clouds show',
    load: () => import('./commands/rebuild.ts'),
  },
];
