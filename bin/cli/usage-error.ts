/** The command line, or a file that it names, is not usable; nothing was done. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
