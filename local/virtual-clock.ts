import type { Clock } from '../lambdas/app/ports.ts';

export interface VirtualClock extends Clock {
  /** Told of every exchange with the outside (HTTP) as it begins (+1) and ends (-1): meanwhile time stands still. */
  readonly onPending: (change: 1 | -1) => void;
}

interface Sleeper {
  readonly at: number;
  readonly wake: () => void;
}

/** Turns of the event loop without anything pending before time moves: what was just answered gets to go on first. */
const QUIET_TURNS = 4;

/**
 * Time that passes only when there is nothing to do but wait: then it jumps to the next instant that someone sleeps for. Shared by
 * the scheduler and the embedded cloud it lets months pass in seconds, with real HTTP in between.
 */
export function createVirtualClock(startAt: Date): VirtualClock {
  let nowMs = startAt.getTime();
  let pending = 0;
  let quietTurns = 0;
  let isWatching = false;
  const sleepers = new Set<Sleeper>();

  function watch(): void {
    if (isWatching || sleepers.size === 0) return;
    isWatching = true;
    quietTurns = 0;
    setImmediate(turn);
  }

  function turn(): void {
    if (sleepers.size === 0 || pending > 0) {
      isWatching = false; // the end of the exchange, or the next sleeper, starts it again
      return;
    }
    quietTurns += 1;
    if (quietTurns >= QUIET_TURNS) jump();
    setImmediate(turn);
  }

  function jump(): void {
    quietTurns = 0;
    nowMs = Math.max(nowMs, Math.min(...Array.from(sleepers, (sleeper) => sleeper.at)));
    for (const sleeper of [...sleepers]) {
      if (sleeper.at <= nowMs) sleeper.wake();
    }
  }

  return {
    now: () => new Date(nowMs),
    sleep(ms, signal) {
      return new Promise((resolve) => {
        const sleeper: Sleeper = {
          at: nowMs + Math.max(0, ms),
          wake() {
            sleepers.delete(sleeper);
            signal?.removeEventListener('abort', sleeper.wake);
            quietTurns = 0;
            resolve();
          },
        };
        if (signal?.aborted === true) return resolve();
        signal?.addEventListener('abort', sleeper.wake);
        sleepers.add(sleeper);
        watch();
      });
    },
    onPending(change) {
      pending += change;
      quietTurns = 0;
      if (pending === 0) watch();
    },
  };
}
