import { CloudUnreachableError } from '../../app/ports.ts';
import { CinderProtocolError } from './errors.ts';

/** A failure after which the call may have been done: the cloud was silent, or its answer cannot be read. */
export function mayBeDone(error: unknown): error is CloudUnreachableError | CinderProtocolError {
  return (error instanceof CloudUnreachableError || error instanceof CinderProtocolError) && error.sent;
}

/** The same failure on the way to a call (no token, no endpoint): nothing of the call itself was sent. */
export function asUnsent(error: unknown): unknown {
  const options = { sent: false, cause: error };
  if (error instanceof CloudUnreachableError) return new CloudUnreachableError(error.message, options);
  if (error instanceof CinderProtocolError) return new CinderProtocolError(error.message, options);
  return error;
}
