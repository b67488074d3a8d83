import type { Config } from '../../config/config.ts';
import type { Log, LogFields } from '../../lambdas/app/ports.ts';
import type { OpenClouds } from '../../lambdas/runtime/open-clouds.ts';
import { readSurroundings } from '../../lambdas/runtime/settings.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';
import { isDebugging } from './debugging.ts';
import type { Terminal } from './terminal.ts';

/** The clouds of a config, reached from this machine. Brings undici, which no help needs: hence only when called. */
export async function openClouds(clouds: Config['clouds'], terminal: Terminal): Promise<OpenClouds> {
  const [{ createOpenClouds }, { resolveLocally }] = await Promise.all([
    import('../../lambdas/runtime/open-clouds.ts'),
    import('../../lambdas/runtime/local-credentials.ts'),
  ]);
  const surroundings = readSurroundings();
  return createOpenClouds({
    clouds,
    resolve: (cloud) => resolveLocally(cloud, surroundings, readSecret),
    clock: systemClock,
    log: createLog(terminal),
  });
}

/** From AWS, as the functions do; brings its SDK, which is seldom needed here. */
async function readSecret(name: string): Promise<string> {
  const [{ SecretsManagerClient }, { createSecretReader }] = await Promise.all([
    import('@aws-sdk/client-secrets-manager'),
    import('../../lambdas/adapters/secrets/secrets.ts'),
  ]);
  const client = new SecretsManagerClient({});
  try {
    return await createSecretReader(client)(name);
  } finally {
    client.destroy();
  }
}

/** What is worth knowing while a command runs, on stderr. */
export function createLog(terminal: Terminal): Log {
  return {
    info: (message, fields) => {
      if (isDebugging()) terminal.note(`${message}${describeFields(fields)}`);
    },
    warn: (message, fields) => terminal.note(`warning: ${message}${describeFields(fields)}`),
  };
}

function describeFields(fields: LogFields = {}): string {
  const texts = Object.entries(fields).map(([key, value]) => `${key}: ${String(value)}`);
  return texts.length === 0 ? '' : ` (${texts.join(', ')})`;
}
