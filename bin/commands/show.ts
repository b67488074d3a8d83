import { listBackups } from '../../lambdas/app/list-backups.ts';
import { showBackup } from '../../lambdas/app/show-backup.ts';
import type { BackupId } from '../../lambdas/domain/backup.ts';
import {
  addConfigOption,
  addDataOption,
  addJsonOption,
  type ConfigOption,
  type DataOption,
  type JsonOption,
  parseUuid,
} from '../cli/arguments.ts';
import type { CliCommand, ExitCode } from '../cli/command.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { formatPast, formatStory, toPastJson } from '../output/backup-story.ts';
import { toBackupJson } from '../output/backups.ts';
import { emit } from '../output/emit.ts';

type ShowOptions = ConfigOption & JsonOption & DataOption;

export const command: CliCommand = {
  description:
    'Everything that is known of one backup: what the cloud shows, what the catalog remembers, what pruning would decide on it now and why, its restores, and its chain as inferred from the volume’s other backups (Cinder shows no parent). Of one that is gone: what became of it.',
  examples: ['show 7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11', 'show 7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11 --json'],
  declare(command) {
    command.argument('<backup-id>', 'the id of the backup', parseUuid);
    addConfigOption(command);
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<ShowOptions>();
    const id: BackupId = given.processedArgs[0];
    return withWorkspace(options, terminal, async ({ deps }): Promise<ExitCode> => {
      const story = await showBackup(id, deps);
      if (!('backup' in story)) {
        emit(terminal, options.json, toPastJson(story), () => formatPast(story));
        return 0;
      }
      const { cloud, backup, possibleParents, dependents, decision, restores, record } = story;
      const { backups } = await listBackups({ cloud, volumeId: backup.volumeId }, deps);
      const siblings = backups.map((each) => each.backup);
      const document = {
        ...toBackupJson(story),
        possibleParents,
        dependents,
        ...(decision && { decision }),
        restores,
        ...(record && { record }),
      };
      emit(terminal, options.json, document, () => formatStory(story, siblings));
      return 0;
    });
  },
};
