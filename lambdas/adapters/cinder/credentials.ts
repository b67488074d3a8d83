import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { type CloudEntry, parseCloudEntry } from './cloud-entry.ts';
import { readCloudsYaml } from './clouds-yaml.ts';
import { CredentialsError } from './credentials-error.ts';
import { entryFromVariables, nameOfVariable } from './os-variables.ts';

export { CredentialsError };

export type DomainReference = { readonly id: string } | { readonly name: string };
/** A user or a project: ids are unique, names only in their domain. */
export type ScopedReference =
  | { readonly id: string }
  | { readonly name: string; readonly domain: DomainReference };

export interface PasswordCredentials {
  readonly type: 'password';
  /** Keystone's, with or without `/v3`. */
  readonly authUrl: string;
  readonly user: ScopedReference;
  readonly password: string;
  readonly project: ScopedReference;
}

/** Brings its own project. */
export interface ApplicationCredentials {
  readonly type: 'application-credential';
  readonly authUrl: string;
  readonly credential: { readonly id: string } | { readonly name: string; readonly user: ScopedReference };
  readonly secret: string;
}

export type CloudCredentials = PasswordCredentials | ApplicationCredentials;

export type EndpointInterface = 'public' | 'internal' | 'admin';

/** What a place of credentials says about a cloud; the config's own `region`, `interface` and `ca` outrank the last three. */
export interface ResolvedCredentials {
  readonly credentials: CloudCredentials;
  readonly region?: string;
  readonly interface?: EndpointInterface;
  /** PEM text. */
  readonly ca?: string;
}

/** Where credentials are looked for: never asked of the process here. */
export interface Surroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly cwd: string;
}

/**
 * Finds the credentials that a config names: an entry of `clouds.yaml`, or the `OS_*` variables of an openrc file (with
 * `OS_CLOUD` an entry again, over which the other variables win).
 *
 * @throws {CredentialsError} something is missing or cannot be used; names it and what would be right, never a secret.
 */
export async function resolveCredentials(
  auth: { readonly cloudsYaml: string } | 'env',
  surroundings: Surroundings,
): Promise<ResolvedCredentials> {
  const named = auth === 'env' ? filled(surroundings.env.OS_CLOUD) : auth.cloudsYaml;
  const variables = auth === 'env' ? entryFromVariables(surroundings.env) : { auth: {} };
  if (named === undefined) return resolveEntry(variables, nameOfVariable, surroundings);

  const { entry, file } = await readCloudsYaml(named, surroundings);
  const merged = { ...entry, ...variables, auth: { ...entry.auth, ...variables.auth } };
  return resolveEntry(merged, (key) => `${key} of cloud "${named}" in ${file}`, surroundings);
}

async function resolveEntry(
  entry: CloudEntry,
  nameOf: (key: string) => string,
  surroundings: Surroundings,
): Promise<ResolvedCredentials> {
  const { caFile, ...resolved } = parseCloudEntry(entry, nameOf);
  if (caFile === undefined) return resolved;
  return { ...resolved, ca: await readCertificates(caFile, nameOf('cacert'), surroundings) };
}

async function readCertificates(file: string, name: string, surroundings: Surroundings): Promise<string> {
  const expanded = file.startsWith('~/') ? join(surroundings.home, file.slice(2)) : file;
  const path = isAbsolute(expanded) ? expanded : join(surroundings.cwd, expanded);
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new CredentialsError(
      `${name}: cannot read ${path} (${codeOf(error)}); it must be a file of PEM certificates`,
      {
        cause: error,
      },
    );
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function filled(text: string | undefined): string | undefined {
  return text === undefined || text === '' ? undefined : text;
}
