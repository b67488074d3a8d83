import { readFile } from 'node:fs/promises';
import { type AuthPlace, placeOf } from '../../config/auth-schema.ts';
import type { CloudSettings } from '../../config/config.ts';
import {
  CredentialsError,
  type ResolvedCredentials,
  resolveCredentials,
  type Surroundings,
} from '../adapters/cinder/credentials.ts';
import { SecretError } from '../adapters/secrets/secret-error.ts';
import type { ReadSecret } from '../adapters/secrets/secrets.ts';
import { OPERATIONS } from '../domain/operation.ts';
import { type ResolvedCloud, resolveOperations } from './resolve-operations.ts';
import { parseSecret } from './secret-credentials.ts';

const WITHOUT_AWS =
  'a secret is read with the credentials and the region of AWS that this machine has (AWS_PROFILE, AWS_REGION, …); without them use env or { cloudsYaml: … }';

/**
 * The credentials of a cloud on this machine; the config's own certificates outrank those beside them.
 *
 * @throws {CredentialsError} one is missing or cannot be used.
 */
export async function resolveLocally(
  { name, auth, ca }: CloudSettings,
  surroundings: Surroundings,
  readSecret: ReadSecret,
): Promise<ResolvedCloud> {
  const places = OPERATIONS.flatMap((operation) => placeOf(auth, operation) ?? []);
  const byKey = new Map(places.map((place) => [keyOf(place), place]));

  async function read(key: string): Promise<ResolvedCredentials> {
    const place = byKey.get(key);
    if (place?.kind === 'secret') return parseSecret(await readOwnSecret(place.name), place.name);
    return resolveCredentials(
      place?.kind === 'cloudsYaml' ? { cloudsYaml: place.name } : 'env',
      surroundings,
    );
  }

  async function readOwnSecret(secret: string): Promise<string> {
    try {
      return await readSecret(secret);
    } catch (cause) {
      if (!(cause instanceof SecretError)) throw cause;
      throw new CredentialsError(`clouds.${name}.auth: ${cause.message}; ${WITHOUT_AWS}`, { cause });
    }
  }

  const resolved = await resolveOperations(
    name,
    (operation) => {
      const place = placeOf(auth, operation);
      return place && keyOf(place);
    },
    read,
  );
  return ca === undefined ? resolved : { ...resolved, ca: await readFile(ca, 'utf8') };
}

function keyOf(place: AuthPlace): string {
  return place.kind === 'env' ? 'env' : `${place.kind} ${place.name}`;
}
