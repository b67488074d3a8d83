import type {
  CloudCredentials,
  DomainReference,
  EndpointInterface,
  ResolvedCredentials,
  ScopedReference,
} from './credentials.ts';
import { CredentialsError } from './credentials-error.ts';

/** An entry of `clouds.yaml`, keys as there; values not yet looked at. */
export interface CloudEntry {
  readonly auth: Readonly<Record<string, unknown>>;
  readonly [key: string]: unknown;
}

export type ParsedEntry = Omit<ResolvedCredentials, 'ca'> & { readonly caFile?: string };

/** Keys that openstacksdk takes from the entry itself too, where `auth` lacks them. */
const AUTH_KEYS = [
  'auth_url',
  'username',
  'user_id',
  'password',
  'project_name',
  'project_id',
  'tenant_name',
  'tenant_id',
  'user_domain_name',
  'user_domain_id',
  'project_domain_name',
  'project_domain_id',
  'default_domain',
  'application_credential_id',
  'application_credential_name',
  'application_credential_secret',
];

/**
 * Reads credentials from the shape of a `clouds.yaml` entry, wherever it comes from (file, variables, a secret).
 *
 * @param nameOf what a reader calls the key, for errors: `auth.password` → `OS_PASSWORD`.
 * @throws {CredentialsError} naming the key and what belongs there; never its value.
 * @see openstack/config/loader.py OpenStackConfig (openstacksdk)
 */
export function parseCloudEntry(entry: unknown, nameOf: (key: string) => string): ParsedEntry {
  const top = asMap(entry, () => `${nameOf('auth')} is missing: the entry is not a map of keys`);
  const nested = asMap(top.auth ?? {}, () => `${nameOf('auth')} is not a map of keys`);
  const own = Object.fromEntries(AUTH_KEYS.filter((key) => key in top).map((key) => [key, top[key]]));
  const read = createReader({ ...own, ...nested }, (key) => nameOf(`auth.${key}`));
  const options = createReader(top, nameOf);

  const authUrl = readAuthUrl(read);
  refuseUnverified(options, authUrl);
  const region = options.optional('region_name') ?? firstRegion(top.regions);
  const chosen = options.optional('interface') ?? options.optional('endpoint_type');
  const caFile = options.optional('cacert');
  return {
    credentials: readCredentials(read, authUrl, options.optional('auth_type')),
    ...(region !== undefined && { region }),
    ...(chosen !== undefined && { interface: toInterface(chosen, nameOf('interface')) }),
    ...(caFile !== undefined && { caFile }),
  };
}

interface Reader {
  optional(key: string): string | undefined;
  required(key: string, what: string): string;
  nameOf(key: string): string;
}

function createReader(values: Readonly<Record<string, unknown>>, nameOf: (key: string) => string): Reader {
  function optional(key: string): string | undefined {
    const value = values[key];
    if (value === undefined || value === null || value === '') return undefined;
    if (typeof value === 'object') throw new CredentialsError(`${nameOf(key)} must be text`);
    return String(value);
  }
  return {
    optional,
    required(key, what) {
      const value = optional(key);
      if (value === undefined) throw new CredentialsError(`${nameOf(key)} is missing: ${what}`);
      return value;
    },
    nameOf,
  };
}

function readCredentials(read: Reader, authUrl: string, authType: string | undefined): CloudCredentials {
  const hasCredential =
    read.optional('application_credential_id') !== undefined ||
    read.optional('application_credential_name') !== undefined ||
    read.optional('application_credential_secret') !== undefined;
  const type = authType ?? (hasCredential ? 'v3applicationcredential' : 'password');
  switch (type) {
    case 'v3applicationcredential':
      return {
        type: 'application-credential',
        authUrl,
        credential: readApplicationCredential(read),
        secret: read.required('application_credential_secret', 'the secret of the application credential'),
      };
    case 'password':
    case 'v3password':
      return {
        type: 'password',
        authUrl,
        user: readUser(read),
        password: read.required('password', 'the password of the user'),
        project: readProject(read),
      };
    default:
      throw new CredentialsError(
        `auth type "${type}" is not supported: use "password" or "v3applicationcredential"`,
      );
  }
}

function readApplicationCredential(read: Reader) {
  const id = read.optional('application_credential_id');
  if (id !== undefined) return { id };
  const what = 'the id of the application credential (or its name together with its user)';
  if (read.optional('application_credential_name') === undefined)
    read.required('application_credential_id', what);
  return { name: read.required('application_credential_name', what), user: readUser(read) };
}

function readUser(read: Reader): ScopedReference {
  const id = read.optional('user_id');
  if (id !== undefined) return { id };
  return {
    name: read.required('username', 'the name of the user'),
    domain: readDomain(read, 'user_domain'),
  };
}

function readProject(read: Reader): ScopedReference {
  const id = read.optional('project_id') ?? read.optional('tenant_id');
  if (id !== undefined) return { id };
  const name = read.optional('project_name') ?? read.optional('tenant_name');
  return {
    name: name ?? read.required('project_name', 'the name of the project that holds the volumes (or its id)'),
    domain: readDomain(read, 'project_domain'),
  };
}

/** Without any domain the one with the id `default`, as python-openstackclient has it. */
function readDomain(read: Reader, key: 'user_domain' | 'project_domain'): DomainReference {
  const id = read.optional(`${key}_id`);
  if (id !== undefined) return { id };
  const name = read.optional(`${key}_name`);
  if (name !== undefined) return { name };
  return { id: read.optional('default_domain') ?? 'default' };
}

function readAuthUrl(read: Reader): string {
  const text = read.required('auth_url', 'the URL of Keystone, such as https://keystone.example.org:5000/v3');
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new CredentialsError(
      `${read.nameOf('auth_url')} is not a plain http(s) URL; it must look like https://keystone.example.org:5000/v3`,
    );
  }
  if (/\/v2\.0\/?$/.test(url.pathname)) {
    throw new CredentialsError(`${read.nameOf('auth_url')} names Keystone v2.0, which is gone: use /v3`);
  }
  return text;
}

/** We never talk to a server that nobody vouches for; an entry that asks for it would fail with a riddle instead. */
function refuseUnverified(options: Reader, authUrl: string): void {
  const isOff = options.optional('verify')?.toLowerCase() === 'false';
  if (isOff && authUrl.startsWith('https:')) {
    throw new CredentialsError(
      `${options.nameOf('verify')}: false is not supported: name the cloud's certificate authority with cacert`,
    );
  }
}

function toInterface(text: string, name: string): EndpointInterface {
  const plain = text.replace(/URL$/, '');
  if (plain === 'public' || plain === 'internal' || plain === 'admin') return plain;
  throw new CredentialsError(`${name} is "${text}": it must be public, internal or admin`);
}

function firstRegion(regions: unknown): string | undefined {
  const first: unknown = Array.isArray(regions) ? regions[0] : undefined;
  if (typeof first === 'string') return first;
  const name = typeof first === 'object' && first !== null && 'name' in first ? first.name : undefined;
  return typeof name === 'string' ? name : undefined;
}

/** Keys may be spelt with hyphens, as openstacksdk takes them. */
function asMap(value: unknown, complaint: () => string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new CredentialsError(complaint());
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key.replaceAll('-', '_'), held]));
}
