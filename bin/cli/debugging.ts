import { readSurroundings } from '../../lambdas/runtime/settings.ts';

/** `CINDERKEEP_DEBUG=1`: stacks of errors, and what is only worth knowing then. */
export function isDebugging(): boolean {
  return (readSurroundings().env.CINDERKEEP_DEBUG ?? '') !== '';
}
