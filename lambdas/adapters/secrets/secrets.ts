import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SecretError } from './secret-error.ts';

export { SecretError } from './secret-error.ts';

/** Reads the text of a secret, as it is now. */
export type ReadSecret = (name: string) => Promise<string>;

/**
 * Secrets of AWS Secrets Manager, each call a request.
 *
 * The function that is returned throws `SecretError`: there is no such secret, it has no text yet, or it may not be read.
 */
export function createSecretReader(client: SecretsManagerClient): ReadSecret {
  return async (name) => {
    const answer = await client
      .send(new GetSecretValueCommand({ SecretId: name }))
      .catch((cause: unknown) => {
        throw new SecretError(`read secret ${name}: ${describe(cause)}`, { cause });
      });
    if (answer.SecretString !== undefined && answer.SecretString !== '') return answer.SecretString;
    throw new SecretError(`read secret ${name}: it holds no text; should be an entry of clouds.yaml as JSON`);
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
