import { askUrl } from '../adapters/hooks/ask-url.ts';
import type { AskHook, HookAnswer, HookQuestion } from '../app/ports.ts';
import { readFunctionEndpoint } from './settings.ts';

export interface HookOptions {
  /** +1 when a question is put, -1 when it is answered or given up. */
  readonly onPending?: (change: 1 | -1) => void;
}

/** Asks hooks of either kind. What functions need of AWS is loaded when one is asked. */
export function createAskHook({ onPending = () => {} }: HookOptions = {}): AskHook {
  const askFunction = createAskFunction();
  return async (hook, question, { timeoutMs, signal }) => {
    const inTime = AbortSignal.timeout(Math.ceil(timeoutMs));
    const until = signal === undefined ? inTime : AbortSignal.any([inTime, signal]);
    onPending(1);
    try {
      return hook.kind === 'url'
        ? await askUrl(hook.url, question, until)
        : await askFunction(hook.function, question, until);
    } finally {
      onPending(-1);
    }
  };
}

type Ask = (name: string, question: HookQuestion, signal: AbortSignal) => Promise<HookAnswer>;

/** By region, as an ARN may be of another than this process is in. */
function createAskFunction(): Ask {
  const opened = new Map<string | undefined, Promise<Ask>>();
  return async (name, question, signal) => {
    const region = regionOf(name);
    const ask = opened.get(region) ?? openFunctions(region);
    opened.set(region, ask);
    return (await ask)(name, question, signal);
  };
}

async function openFunctions(region: string | undefined): Promise<Ask> {
  const { createFunctionHooks } = await import('../adapters/hooks/ask-function.ts');
  return createFunctionHooks({ region, endpoint: readFunctionEndpoint() });
}

/** Of an ARN; undefined for a name, which is looked for where this process is. */
function regionOf(name: string): string | undefined {
  return name.startsWith('arn:') ? name.split(':')[3] : undefined;
}
