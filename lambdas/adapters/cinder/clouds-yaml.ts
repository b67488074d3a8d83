import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { parseDocument } from 'yaml';
import type { CloudEntry } from './cloud-entry.ts';
import type { Surroundings } from './credentials.ts';
import { CredentialsError } from './credentials-error.ts';

type Tree = Readonly<Record<string, unknown>>;

interface Found {
  readonly file: string;
  readonly content: Tree;
}

/**
 * One cloud of `clouds.yaml`: its vendor profile below (from `clouds-public.yaml`), `secure.yaml` merged over. Of each kind the
 * first file counts that exists in the working directory, the user's configuration or `/etc/openstack`.
 *
 * @throws {CredentialsError} no file, a file that is not YAML, or no such cloud in it.
 * @see openstack/config/loader.py OpenStackConfig (openstacksdk)
 */
export async function readCloudsYaml(
  cloud: string,
  surroundings: Surroundings,
): Promise<{ readonly entry: CloudEntry; readonly file: string }> {
  const { env } = surroundings;
  const places = filePlaces(surroundings, 'clouds', env.OS_CLIENT_CONFIG_FILE);
  const clouds = await readFirst(places);
  if (clouds === undefined) {
    throw new CredentialsError(`no clouds.yaml to find cloud "${cloud}" in; looked for ${places.join(', ')}`);
  }
  const secure = await readFirst(filePlaces(surroundings, 'secure', env.OS_CLIENT_SECURE_FILE));
  const known = mapAt(clouds.content, 'clouds');
  if (known[cloud] === undefined) {
    const names = Object.keys(known).sort().join(', ') || 'none';
    throw new CredentialsError(`${clouds.file} has no cloud "${cloud}"; it has: ${names}`);
  }

  const own = merge(mapAt(known, cloud), mapAt(mapAt(secure?.content ?? {}, 'clouds'), cloud));
  const profile = own.profile ?? own.cloud;
  const below = typeof profile === 'string' ? await readProfile(profile, surroundings) : {};
  const entry = merge(below, own);
  return { entry: { ...entry, auth: mapAt(entry, 'auth') }, file: clouds.file };
}

async function readProfile(profile: string, surroundings: Surroundings): Promise<Tree> {
  const places = filePlaces(surroundings, 'clouds-public', surroundings.env.OS_CLIENT_VENDOR_FILE);
  const vendors = await readFirst(places);
  return mapAt(mapAt(vendors?.content ?? {}, 'public-clouds'), profile);
}

function filePlaces({ cwd, home, env }: Surroundings, stem: string, first: string | undefined): string[] {
  const configHome =
    env.XDG_CONFIG_HOME === undefined || env.XDG_CONFIG_HOME === ''
      ? join(home, '.config')
      : env.XDG_CONFIG_HOME;
  const folders = [cwd, join(configHome, 'openstack'), '/etc/openstack'];
  const usual = folders.flatMap((folder) =>
    ['yaml', 'yml', 'json'].map((suffix) => join(folder, `${stem}.${suffix}`)),
  );
  return first === undefined || first === '' ? usual : [resolve(cwd, first), ...usual];
}

async function readFirst(places: readonly string[]): Promise<Found | undefined> {
  for (const file of places) {
    const text = await readIfThere(file);
    if (text !== undefined) return { file, content: parse(text, file) };
  }
  return undefined;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new CredentialsError(`cannot read ${file} (${String(code)})`, { cause: error });
  }
}

/** Every scalar stays text, so that a password of digits keeps its zeros. The parser's own message would quote the file's lines. */
function parse(text: string, file: string): Tree {
  const document = parseDocument(text, { schema: 'failsafe', merge: true, prettyErrors: false });
  const problem = document.errors[0];
  if (problem !== undefined) {
    const line = text.slice(0, problem.pos[0]).split('\n').length;
    throw new CredentialsError(`${file}, line ${line}: not valid YAML (${problem.code})`);
  }
  const content: unknown = document.toJS();
  return isTree(content) ? content : {};
}

function mapAt(map: Tree, key: string): Tree {
  const value = map[key];
  return isTree(value) ? value : {};
}

/** Maps are merged key by key, deep; anything else of `over` replaces. */
function merge(under: Tree, over: Tree): Tree {
  const merged = new Map(Object.entries(under));
  for (const [key, value] of Object.entries(over)) {
    const held = merged.get(key);
    merged.set(key, isTree(held) && isTree(value) ? merge(held, value) : value);
  }
  return Object.fromEntries(merged);
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
