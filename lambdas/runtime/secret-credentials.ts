import type { DeployedCloud } from '../../config/deployed-config.ts';
import { type CloudEntry, parseCloudEntry } from '../adapters/cinder/cloud-entry.ts';
import type { ResolvedCredentials } from '../adapters/cinder/credentials.ts';
import { CredentialsError } from '../adapters/cinder/credentials-error.ts';
import type { ReadSecret } from '../adapters/secrets/secrets.ts';
import { type ResolvedCloud, resolveOperations } from './resolve-operations.ts';

/**
 * The credentials of a cloud in their secrets, each an entry of `clouds.yaml` as JSON, whose `cacert` is PEM text. The config's own
 * certificates outrank that.
 *
 * @throws {SecretError} a secret cannot be read.
 * @throws {CredentialsError} something in it is missing or cannot be used; names it, never its value.
 */
export async function resolveFromSecrets(
  { name, secrets, certificates }: Pick<DeployedCloud, 'name' | 'secrets' | 'certificates'>,
  readSecret: ReadSecret,
): Promise<ResolvedCloud> {
  const read = async (secret: string) => parseSecret(await readSecret(secret), secret);
  const resolved = await resolveOperations(name, (operation) => secrets[operation], read);
  return certificates === undefined ? resolved : { ...resolved, ca: certificates };
}

/** What stands in one secret. @throws {CredentialsError} */
export function parseSecret(text: string, secret: string): ResolvedCredentials {
  const nameOf = (key: string) => `${key} of secret ${secret}`;
  const { caFile: ca, ...resolved } = parseCloudEntry(parseJson(text, secret), nameOf);
  if (ca === undefined) return resolved;
  if (ca.includes('-----BEGIN CERTIFICATE-----')) return { ...resolved, ca };
  throw new CredentialsError(`${nameOf('cacert')} is not PEM text; a function has no file to find it in`);
}

/** The parser's own message would quote the text. */
function parseJson(text: string, secret: string): CloudEntry {
  try {
    return JSON.parse(text);
  } catch {
    throw new CredentialsError(
      `secret ${secret} is not JSON; should be an entry of clouds.yaml, such as {"auth": {"auth_url": …}}`,
    );
  }
}
