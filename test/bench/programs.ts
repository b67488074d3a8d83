import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { CloudCredentials } from '../../local/embedded-cloud/embedded-cloud.ts';

const execute = promisify(execFile);

export interface Ran {
  readonly stdout: string;
  /** From starting the process to its end. */
  readonly ms: number;
}

/** @throws {Error} it cannot be started or ends with a failure; its message shows what it wrote. */
export async function runProgram(
  program: string,
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const startedAtMs = performance.now();
  const { stdout } = await execute(program, [...words], { env: { ...process.env, ...env } });
  return { stdout, ms: performance.now() - startedAtMs };
}

export async function canRun(program: string, ...words: readonly string[]): Promise<boolean> {
  return runProgram(program, words).then(
    () => true,
    () => false,
  );
}

export function pathOf(name: string): string {
  return fileURLToPath(new URL(name, import.meta.url));
}

/** The variables by which OpenStack's own tools find a cloud. */
export function toVariables(credentials: CloudCredentials): Record<string, string> {
  return {
    OS_AUTH_URL: credentials.authUrl,
    OS_USERNAME: credentials.username,
    OS_PASSWORD: credentials.password,
    OS_PROJECT_NAME: credentials.projectName,
    OS_USER_DOMAIN_NAME: credentials.userDomainName,
    OS_PROJECT_DOMAIN_NAME: credentials.projectDomainName,
    OS_REGION_NAME: credentials.regionName,
    OS_IDENTITY_API_VERSION: '3',
    OS_VOLUME_API_VERSION: '3.43',
  };
}
