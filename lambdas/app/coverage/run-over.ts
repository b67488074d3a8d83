/** The run has to stop before everything was read; nothing can be said then. */
export class RunOverError extends Error {
  override readonly name = 'RunOverError';
  constructor(before: string) {
    super(`its time was over before ${before}`);
  }
}
