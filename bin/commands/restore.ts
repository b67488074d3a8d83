import { Option } from 'commander';
import { type RestoreTarget, restoreBackup } from '../../lambdas/app/restore-backup.ts';
import type { BackupId, VolumeId } from '../../lambdas/domain/backup.ts';
import {
  addConfigOption,
  addDataOption,
  addDryRunOption,
  addJsonOption,
  addWaitOption,
  type ConfigOption,
  type DataOption,
  type JsonOption,
  parseInstant,
  parseUuid,
} from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { UsageError } from '../cli/usage-error.ts';
import { withWorkspace } from '../cli/workspace.ts';
import { emitReport } from '../output/emit.ts';

interface RestoreOptions extends ConfigOption, JsonOption, DataOption {
  readonly volume?: VolumeId;
  readonly server?: string;
  readonly at?: Date;
  readonly into?: VolumeId;
  readonly inPlace?: true;
  readonly name?: string;
  readonly namePrefix?: string;
  readonly volumeType?: string;
  readonly availabilityZone?: string;
  readonly overwrite?: true;
  readonly tryAnyway?: true;
  readonly cloud?: string;
  readonly dryRun?: true;
  readonly wait: boolean;
}

export const command: CliCommand = {
  description:
    'Restores a backup; or of a volume, or of every volume that a server had, the newest good backup made at an instant or before. Into a new volume, made first with the type, zone, size, name and metadata of the original (which may be gone), or into an existing one. Everything is looked at before anything is touched; the same command given again while a restore is under way goes on with it.',
  examples: [
    'restore 7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11 --dry-run',
    'restore 7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11 --name db-restored',
    'restore --volume 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed --at 2026-11-23T12:00:00Z',
    'restore --volume 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed --in-place --overwrite',
    'restore --server 46bc0983-f1bc-4c8d-a492-b763405b9896 --at 2026-11-23T12:00:00Z --name-prefix restored-',
  ],
  declare(command) {
    command.argument('[backup-id]', 'the backup; or say --volume or --server', parseUuid);
    addConfigOption(command)
      .addOption(new Option('--volume <id>', 'the volume that was backed up').argParser(parseUuid))
      .addOption(new Option('--server <id>', 'all volumes that this server had').argParser(parseUuid))
      .addOption(
        new Option('--at <instant>', 'the newest good backup made then or before; default: now').argParser(
          parseInstant,
        ),
      )
      .addOption(new Option('--into <volume-id>', 'into this existing volume').argParser(parseUuid))
      .addOption(new Option('--in-place', 'into the original volume').conflicts('into'))
      .option('--name <name>', 'of the new volume; default: that of the original')
      .option('--name-prefix <text>', 'before the name of each original')
      .option('--volume-type <type>', 'of the new volume; default: that of the original')
      .option('--availability-zone <zone>', 'of the new volume; default: that of the original')
      .option('--overwrite', 'the contents of an existing volume may be overwritten')
      .option('--try-anyway', 'although the chain, which is inferred, does not look whole')
      .option('--cloud <name>', 'only in this cloud of the config');
    addDryRunOption(command);
    addWaitOption(command);
    addJsonOption(command);
    addDataOption(command);
  },
  async run(given, terminal) {
    const options = given.opts<RestoreOptions>();
    const backupId: BackupId | undefined = given.processedArgs[0];
    const { volume, server, at, overwrite, tryAnyway, cloud, dryRun } = options;
    if ([backupId, volume, server].filter((each) => each !== undefined).length !== 1) {
      throw new UsageError('say what is to be restored: a backup id, --volume or --server, one of them');
    }
    const request = {
      ...(backupId !== undefined && { backupId }),
      ...(volume !== undefined && { volumeId: volume }),
      ...(server !== undefined && { serverId: server }),
      ...(at !== undefined && { at }),
      into: targetOf(options),
      overwrite: overwrite === true,
      tryAnyway: tryAnyway === true,
      ...(cloud !== undefined && { cloud }),
      dryRun: dryRun === true,
    };
    const report = await withWorkspace({ ...options, toleratesRefusal: true }, terminal, ({ deps, run }) =>
      restoreBackup(request, run(options.wait), deps),
    );
    return emitReport(terminal, options.json, report);
  },
};

function targetOf(options: RestoreOptions): RestoreTarget {
  const { into, inPlace, name, namePrefix, volumeType, availabilityZone } = options;
  return {
    ...(into !== undefined && { volumeId: into }),
    ...(inPlace === true && { original: true }),
    ...(name !== undefined && { name }),
    ...(namePrefix !== undefined && { namePrefix }),
    ...(volumeType !== undefined && { volumeType }),
    ...(availabilityZone !== undefined && { availabilityZone }),
  };
}
