import { createAskHook } from './ask-hook.ts';
import { compose } from './compose.ts';
import type { Container } from './handler.ts';

/** For functions that bring tests of restores to their end: their roles may invoke the policies' hooks. @throws as `compose`. */
export async function composeWithHooks(): Promise<Container> {
  const container = await compose();
  return { ...container, deps: { ...container.deps, askHook: createAskHook() } };
}
