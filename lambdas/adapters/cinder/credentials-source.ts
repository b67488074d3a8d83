import { isDeepStrictEqual } from 'node:util';
import type { CloudCredentials } from './credentials.ts';

/** Credentials that are read when they are first needed, and that whoever keeps them may exchange for others later. */
export interface CredentialsSource {
  /** Those last read. */
  get(): Promise<CloudCredentials>;
  /** Reads them anew, after these were refused. @returns others, or undefined if they are still the same. */
  renew(refused: CloudCredentials): Promise<CloudCredentials | undefined>;
}

/** Its calls throw what `read` throws; that is not remembered. */
export function createCredentialsSource(
  read: () => Promise<CloudCredentials>,
  first?: CloudCredentials,
): CredentialsSource {
  let current = first;
  return {
    async get() {
      current ??= await read();
      return current;
    },
    async renew(refused) {
      current = await read();
      return isDeepStrictEqual(current, refused) ? undefined : current;
    },
  };
}
