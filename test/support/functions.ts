import { createMemoryCatalog } from '../../lambdas/adapters/memory/memory-catalog.ts';
import type { Dependencies } from '../../lambdas/app/run.ts';
import type { Container } from '../../lambdas/runtime/handler.ts';
import type { Invocation } from '../../lambdas/runtime/invocation.ts';
import { systemClock } from '../../lambdas/runtime/system-clock.ts';

/** What Lambda tells a handler. */
export function anInvocation({ remainingMs = 60_000 } = {}): Invocation {
  const endsAtMs = Date.now() + remainingMs;
  return {
    functionName: 'cinderkeep-acme-follow-backups',
    awsRequestId: 'b2c1f0de-0000-4000-8000-000000000001',
    logGroupName: '/cinderkeep/acme/follow-backups',
    logStreamName: '2026/11/25/[$LATEST]0123456789abcdef',
    getRemainingTimeInMillis: () => endsAtMs - Date.now(),
  };
}

/** A deployment of nothing, which says what it logs. */
export function aContainer(parts: Partial<Container> & { readonly log?: string[] } = {}): Container {
  const { log = [], ...own } = parts;
  const write = (message: string, fields?: object) => log.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const deps: Dependencies = {
    deployment: { name: 'acme', clouds: new Map(), policies: new Map() },
    clock: systemClock,
    catalog: createMemoryCatalog(),
    openCloud: async (name) => {
      throw new Error(`there is no cloud ${name}`);
    },
    log: { info: write, warn: write },
    owner: 'test',
    recordedSlots: new Map(),
    workingClouds: new Set(),
  };
  return { deps, begin: () => {}, measure: () => {}, cutOff: () => {}, ...own };
}
