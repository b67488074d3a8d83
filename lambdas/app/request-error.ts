/** A request that names something which does not exist or cannot be; nothing was done. */
export class InvalidRequestError extends Error {
  override readonly name = 'InvalidRequestError';
}
