import { homedir, userInfo } from 'node:os';
import type { Surroundings } from '../adapters/cinder/credentials.ts';

/** What surrounds this process; the only place that asks for it. */
export function readSurroundings(): Surroundings {
  return { env: process.env, home: homedir(), cwd: process.cwd() };
}

/** The variables by which the stack tells a function how it is wired. */
export const SETTING = {
  /** Name of the catalog's table. */
  catalogTable: 'CINDERKEEP_CATALOG_TABLE',
} as const;

export interface FunctionSettings {
  readonly catalogTable: string;
}

/** A variable that the stack should have set is missing or wrong. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError';
}

/** @throws {SettingsError} naming the variable. */
export function readFunctionSettings(
  env: Readonly<Record<string, string | undefined>> = process.env,
): FunctionSettings {
  const catalogTable = env[SETTING.catalogTable];
  if (catalogTable === undefined || catalogTable === '') {
    throw new SettingsError(`${SETTING.catalogTable} is missing; should be the name of the catalog's table`);
  }
  return { catalogTable };
}

/** Where AWS Lambda is asked, by the variable that AWS's own clients know; undefined: where it is. */
export function readFunctionEndpoint(): string | undefined {
  return process.env.AWS_ENDPOINT_URL_LAMBDA;
}

/** Who runs this process, for what people did by hand; undefined where the system has no name for them. */
export function readUserName(): string | undefined {
  try {
    return userInfo().username || undefined;
  } catch {
    return undefined;
  }
}
