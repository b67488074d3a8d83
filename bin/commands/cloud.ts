import { Option } from 'commander';
import type {
  AdminCredentials,
  EmbeddedCloud,
  EmbeddedCloudOptions,
  Release,
} from '../../local/embedded-cloud/embedded-cloud.ts';
import { parsePace, wholeNumber } from '../cli/arguments.ts';
import type { CliCommand } from '../cli/command.ts';
import { readFaultsFile } from '../cli/faults-file.ts';
import { listenForStop } from '../cli/stop-signal.ts';
import { UsageError } from '../cli/usage-error.ts';

interface CloudOptions {
  readonly port: number;
  readonly volumes: number;
  readonly latencyMs: number;
  readonly speed: number;
  readonly faults?: string;
  readonly release: Release;
  readonly data?: string;
}

export const command: CliCommand = {
  description:
    'A Keystone and a Cinder on one port of this machine, with the real ones’ rules, delays and refusals, to try policies on. When it is ready it prints one line of JSON with its credentials. It lives until SIGTERM or Ctrl-C, in memory or, with --data, in a directory from which the next one goes on.',
  examples: [
    'cloud --port 8776 --volumes 20',
    'cloud --speed 600 --release zed',
    'cloud --faults faults.json',
    'cloud --data ~/test-cloud --volumes 3',
  ],
  declare(command) {
    command
      .addOption(
        new Option('--port <n>', 'of 127.0.0.1; 0 is any free one')
          .argParser(wholeNumber(0, 65_535))
          .default(0),
      )
      .addOption(
        new Option('--volumes <n>', 'so many volumes, each with the metadata backup=nightly')
          .argParser(wholeNumber(0, 1_000_000))
          .default(12),
      )
      .addOption(
        new Option('--latency-ms <n>', 'delay of every answer of Cinder')
          .argParser(wholeNumber(0, 3_600_000))
          .default(0),
      )
      .addOption(
        new Option('--speed <n>', 'how many times faster than real time its clock runs')
          .argParser(parsePace)
          .default(1),
      )
      .option(
        '--faults <file>',
        'a JSON or YAML list of faults, such as [{"match":{"incremental":true},"times":1,"effect":{"fail":{"reason":"disk full"}}}]',
      )
      .addOption(
        new Option('--release <release>', 'the Cinder that it is like')
          .choices(['zed', 'latest'])
          .default('latest'),
      )
      .option(
        '--data <dir>',
        'keeps it in this directory; --volumes then counts for a new one only. Without it everything is gone when the cloud ends',
      );
  },
  async run(given, terminal) {
    const { speed, faults: faultsFile, data, ...options } = given.opts<CloudOptions>();
    const faults = faultsFile === undefined ? [] : readFaultsFile(faultsFile);
    const { createScaledClock } = await import('../../local/scaled-clock.ts');
    const { systemClock } = await import('../../lambdas/runtime/system-clock.ts');
    const startedAt = systemClock.now();
    const stop = listenForStop(terminal);
    const clock = createScaledClock(speed, { real: startedAt, start: startedAt });
    const cloud = await start({ ...options, faults, clock, ...(data !== undefined && { dataPath: data }) });
    terminal.print(JSON.stringify(toReadyLine(cloud)));
    terminal.note(describeEntrance(cloud));
    await aborted(stop.signal);
    await cloud.close();
    return 0;
  },
};

/** @throws {UsageError} when it cannot have the port or the directory. */
async function start(options: EmbeddedCloudOptions): Promise<EmbeddedCloud> {
  const { CloudDirectoryError, startEmbeddedCloud } = await import(
    '../../local/embedded-cloud/embedded-cloud.ts'
  );
  try {
    return await startEmbeddedCloud(options);
  } catch (cause) {
    if (isPortTaken(cause)) {
      const hint = `port ${options.port} is taken by another program; choose another with --port`;
      throw new UsageError(hint, { cause });
    }
    if (cause instanceof CloudDirectoryError) throw new UsageError(`--data: ${cause.message}`, { cause });
    throw cause;
  }
}

function isPortTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
}

/** What a program reads that started it: the contract of the ready line. */
function toReadyLine({ authUrl, credentials, admin }: EmbeddedCloud): object {
  return {
    auth_url: authUrl,
    ...toLogin(credentials),
    region_name: credentials.regionName,
    admin: toLogin(admin),
  };
}

function toLogin(credentials: AdminCredentials): object {
  return {
    username: credentials.username,
    password: credentials.password,
    project_name: credentials.projectName,
    user_domain_name: credentials.userDomainName,
    project_domain_name: credentials.projectDomainName,
  };
}

/** To be pasted into another shell. */
function describeEntrance({ authUrl, credentials }: EmbeddedCloud): string {
  return [
    'the embedded cloud is ready; in another shell:',
    `  export OS_AUTH_URL=${authUrl} OS_USERNAME=${credentials.username} OS_PASSWORD=${credentials.password}`,
    `  export OS_PROJECT_NAME=${credentials.projectName} OS_USER_DOMAIN_NAME=${credentials.userDomainName} OS_PROJECT_DOMAIN_NAME=${credentials.projectDomainName}`,
    `  export OS_REGION_NAME=${credentials.regionName}`,
    '  npx cinderkeep backup --policy nightly',
  ].join('\n');
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
