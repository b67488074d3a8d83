import type { Clock } from '../app/ports.ts';
import { systemClock } from './system-clock.ts';

/** Real time, on which everyone who sleeps can be woken. */
export interface RunClock extends Clock {
  /** Ends every sleep that is under way now. */
  wake(): void;
}

export function createRunClock(): RunClock {
  let alarm = new AbortController();
  return {
    now: () => systemClock.now(),
    sleep(ms, signal) {
      return systemClock.sleep(
        ms,
        signal === undefined ? alarm.signal : AbortSignal.any([signal, alarm.signal]),
      );
    },
    wake() {
      const ringing = alarm;
      alarm = new AbortController();
      ringing.abort();
    },
  };
}
