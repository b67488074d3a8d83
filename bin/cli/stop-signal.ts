import { readSurroundings } from '../../lambdas/runtime/settings.ts';
import type { Terminal } from './terminal.ts';

const PARENT_CHECK_MS = 500;

export interface StopSignal {
  readonly signal: AbortSignal;
  /** Stops listening. */
  release(): void;
}

/** Aborted by the first SIGINT or SIGTERM, so that the work stops cleanly; the second ends the process at once. */
export function listenForStop(terminal: Terminal): StopSignal {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    if (controller.signal.aborted) process.exit(name === 'SIGINT' ? 130 : 143);
    terminal.note('stopping cleanly; once more to stop at once');
    controller.abort();
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const watch = watchParent(() => stop('SIGTERM'));
  return {
    signal: controller.signal,
    release() {
      clearInterval(watch);
      process.off('SIGINT', stop).off('SIGTERM', stop);
    },
  };
}

/**
 * `kill` of an npm or npx in the background never gets here: it passes the signal on to a shell, which dies of it without a word to
 * what it runs. So under npm the end of the parent is a SIGTERM.
 */
function watchParent(onGone: () => void): NodeJS.Timeout | undefined {
  const parent = process.ppid;
  if (!('npm_execpath' in readSurroundings().env)) return undefined;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    onGone();
  }, PARENT_CHECK_MS);
  return watch.unref();
}
