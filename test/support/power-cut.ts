import type { Clock } from '../../lambdas/app/ports.ts';
import { intercept } from './intercepted.ts';
import type { Outside } from './world.ts';

export interface PowerSupply {
  /** To be put between a process and everything outside of it. */
  readonly wrap: (outside: Outside) => Outside;
  /** Resolves when the power goes. */
  readonly cut: Promise<'cut'>;
}

/** Of a process that does not come back. */
const NEVER = new Promise<never>(() => undefined);

/**
 * A process whose power goes at its n-th call to the outside, before that has an effect: what was called before is carried out, but
 * nothing comes back any more, so that none of the process's handlers runs.
 *
 * @param restored when it goes on as if nothing had been, as after a suspended machine is resumed; by default never.
 */
export function createPowerSupply(cutAt: number, restored: Promise<void> = NEVER): PowerSupply {
  const cut = Promise.withResolvers<'cut'>();
  let calls = 0;
  let isOff = false;

  void restored.then(() => {
    isOff = false;
  });
  const whenOn = async (): Promise<void> => {
    if (isOff) await restored;
  };

  async function pass<T>(call: () => Promise<T>): Promise<T> {
    await whenOn();
    calls += 1;
    if (calls === cutAt) {
      isOff = true;
      cut.resolve('cut');
      await restored;
    }
    const settle = await call().then(
      (value) => () => value,
      (error: unknown) => () => {
        throw error;
      },
    );
    await whenOn();
    return settle();
  }

  return {
    cut: cut.promise,
    wrap: (outside) => ({
      ...intercept(outside, pass),
      clock: offWhen(whenOn, outside.clock),
    }),
  };
}

/** Whoever sleeps when the power goes does not wake up before it is restored. */
function offWhen(whenOn: () => Promise<void>, clock: Clock): Clock {
  return {
    now: () => clock.now(),
    async sleep(ms, signal) {
      await whenOn();
      await clock.sleep(ms, signal);
      await whenOn();
    },
  };
}
