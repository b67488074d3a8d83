import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Handlers, Question, Reply } from './serve.ts';

/** A process of its own, so that it has a core and a memory of its own. */
export interface Child<Served extends Handlers> {
  /** @throws {Error} with the stack of what failed there; when the process has ended. */
  ask<Name extends keyof Served & string>(
    name: Name,
    ...argument: Parameters<Served[Name]>
  ): Promise<Awaited<ReturnType<Served[Name]>>>;
  stop(): Promise<void>;
}

/** Starts one of the programs beside this file. */
export function startChild<Served extends Handlers>(
  program: string,
  nodeOptions: readonly string[] = [],
): Child<Served> {
  const path = fileURLToPath(new URL(program, import.meta.url));
  const child = fork(path, { serialization: 'advanced', execArgv: [...nodeOptions] });
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;

  child.on('message', (reply: Reply) => {
    const asked = waiting.get(reply.id);
    waiting.delete(reply.id);
    if ('failure' in reply) asked?.reject(new Error(`${program}: ${reply.failure}`));
    else asked?.resolve(reply.value);
  });
  child.on('exit', (code, signal) => {
    for (const asked of waiting.values()) asked.reject(new Error(`${program} ended: ${signal ?? code}`));
    waiting.clear();
  });

  return {
    ask(name, ...[argument]) {
      lastId += 1;
      const question: Question = { id: lastId, name, argument };
      const asked = Promise.withResolvers<unknown>();
      waiting.set(question.id, asked);
      child.send(question);
      return asked.promise as never;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
}
