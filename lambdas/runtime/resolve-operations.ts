import type { ResolvedCredentials } from '../adapters/cinder/credentials.ts';
import { CredentialsError } from '../adapters/cinder/credentials-error.ts';
import { type CredentialsSource, createCredentialsSource } from '../adapters/cinder/credentials-source.ts';
import type { OperationCredentials } from '../adapters/cinder/operation-sessions.ts';
import { OPERATIONS, type Operation } from '../domain/operation.ts';

/** Everything that places of credentials say about a cloud. */
export interface ResolvedCloud extends Omit<ResolvedCredentials, 'credentials'> {
  readonly credentials: OperationCredentials;
}

/**
 * The credential of each operation. Operations with the same place share one. The place for reading is read at once, with the region, interface and
 * certificates beside the credential; the others when they are first needed, so that whoever only reads need not be allowed more. Each is read
 * again when the cloud refuses what was in it.
 *
 * @param placeOf where the credential of an operation is, by a name that is the same for the same place; undefined: nowhere.
 * @throws {CredentialsError} there is none for reading; or what `read` throws.
 */
export async function resolveOperations(
  cloud: string,
  placeOf: (operation: Operation) => string | undefined,
  read: (place: string) => Promise<ResolvedCredentials>,
): Promise<ResolvedCloud> {
  const readingPlace = placeOf('read');
  if (readingPlace === undefined) throw new CredentialsError(`cloud ${cloud} has no credential to read with`);
  const { credentials: first, ...around } = await read(readingPlace);
  const sources = new Map<string, CredentialsSource>();

  function sourceOf(place: string): CredentialsSource {
    const readAgain = async () => (await read(place)).credentials;
    const source =
      sources.get(place) ?? createCredentialsSource(readAgain, place === readingPlace ? first : undefined);
    sources.set(place, source);
    return source;
  }

  const own = OPERATIONS.flatMap((operation) => {
    const place = placeOf(operation);
    return place === undefined ? [] : [[operation, sourceOf(place)] as const];
  });
  return { ...around, credentials: { read: sourceOf(readingPlace), ...Object.fromEntries(own) } };
}
