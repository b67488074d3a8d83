import type { Clock } from '../../lambdas/app/ports.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';

/** A clock that goes as the real one does, and can be put forward between two runs. */
export interface ShiftedClock extends Clock {
  putForward(ms: number): void;
  /** Never back. */
  putForwardTo(at: Date): void;
}

/** Real time at a distance from the cloud's, so that days can pass between two slots. */
export function createShiftedClock(startAt: Date): ShiftedClock {
  let offsetMs = startAt.getTime() - Date.now();
  const now = () => new Date(Date.now() + offsetMs);
  const putForward = (ms: number) => {
    offsetMs += Math.max(0, ms);
  };
  return {
    now,
    sleep: systemClock.sleep,
    putForward,
    putForwardTo: (at) => putForward(at.getTime() - now().getTime()),
  };
}
