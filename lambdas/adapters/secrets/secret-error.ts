/** A secret cannot be had; says which and why, and never what is in it. */
export class SecretError extends Error {
  override readonly name = 'SecretError';
}
