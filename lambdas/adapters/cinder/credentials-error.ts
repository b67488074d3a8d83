/** Credentials are missing or cannot be used as they are: a fault of the configuration. Says which, where, and what would be right. */
export class CredentialsError extends Error {
  override readonly name = 'CredentialsError';
}
