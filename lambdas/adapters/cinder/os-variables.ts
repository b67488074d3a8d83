import type { CloudEntry } from './cloud-entry.ts';

type Variables = Readonly<Record<string, string | undefined>>;

/** What an openrc file exports, and the key of a `clouds.yaml` entry that means the same; the first one set counts. */
const VARIABLES: readonly (readonly [key: string, ...variables: string[]])[] = [
  ['auth.auth_url', 'OS_AUTH_URL'],
  ['auth.username', 'OS_USERNAME'],
  ['auth.user_id', 'OS_USER_ID'],
  ['auth.password', 'OS_PASSWORD'],
  ['auth.project_id', 'OS_PROJECT_ID', 'OS_TENANT_ID'],
  ['auth.project_name', 'OS_PROJECT_NAME', 'OS_TENANT_NAME'],
  ['auth.user_domain_name', 'OS_USER_DOMAIN_NAME'],
  ['auth.user_domain_id', 'OS_USER_DOMAIN_ID'],
  ['auth.project_domain_name', 'OS_PROJECT_DOMAIN_NAME'],
  ['auth.project_domain_id', 'OS_PROJECT_DOMAIN_ID'],
  ['auth.default_domain', 'OS_DEFAULT_DOMAIN', 'OS_DEFAULT_DOMAIN_ID'],
  ['auth.application_credential_id', 'OS_APPLICATION_CREDENTIAL_ID'],
  ['auth.application_credential_name', 'OS_APPLICATION_CREDENTIAL_NAME'],
  ['auth.application_credential_secret', 'OS_APPLICATION_CREDENTIAL_SECRET'],
  ['auth_type', 'OS_AUTH_TYPE'],
  ['region_name', 'OS_REGION_NAME'],
  ['interface', 'OS_INTERFACE', 'OS_ENDPOINT_TYPE'],
  ['cacert', 'OS_CACERT'],
];

/** The `OS_*` variables as an entry of `clouds.yaml`; empty ones count as not set. */
export function entryFromVariables(env: Variables): CloudEntry {
  const auth: Record<string, string> = {};
  const top: Record<string, string> = {};
  for (const [key, ...names] of VARIABLES) {
    const value = names.map((name) => env[name]).find((text) => text !== undefined && text !== '');
    if (value === undefined) continue;
    if (key.startsWith('auth.')) auth[key.slice('auth.'.length)] = value;
    else top[key] = value;
  }
  return { ...top, auth };
}

/** `auth.password` → `OS_PASSWORD`. */
export function nameOfVariable(key: string): string {
  return VARIABLES.find(([known]) => known === key)?.[1] ?? key;
}
