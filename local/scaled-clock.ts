import type { Clock } from '../lambdas/app/ports.ts';
import { systemClock } from '../lambdas/runtime/system-clock.ts';

/** Real time at `speed`-fold pace from `startAt` on; two processes that are given the same origin agree on it. */
export function createScaledClock(
  speed: number,
  origin: { readonly real: Date; readonly start: Date },
): Clock {
  return {
    now: () =>
      new Date(origin.start.getTime() + (systemClock.now().getTime() - origin.real.getTime()) * speed),
    sleep: (ms, signal) => systemClock.sleep(ms / speed, signal),
  };
}
