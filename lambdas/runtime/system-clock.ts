import { setTimeout as wait } from 'node:timers/promises';
import type { Clock } from '../app/ports.ts';

/** Real time. */
export const systemClock: Clock = {
  now: () => new Date(),
  async sleep(ms, signal) {
    // Ending early is not an error here: who sleeps looks at the clock, or at the signal, itself.
    await wait(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
