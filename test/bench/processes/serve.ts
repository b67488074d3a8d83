/** What a child process can be asked for, by name. */
// biome-ignore lint/suspicious/noExplicitAny: parameters are contravariant, and each handler names its own
export type Handlers = Readonly<Record<string, (argument: any) => unknown>>;

export interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

export type Reply = { readonly id: number } & ({ readonly value: unknown } | { readonly failure: string });

/** Answers the questions of the process that started this one, until that goes away. */
export function serve(handlers: Handlers): void {
  process.on('message', (question: Question) => {
    void answer(handlers, question).then((reply) => process.send?.(reply));
  });
  process.on('disconnect', () => process.exit());
}

async function answer(handlers: Handlers, { id, name, argument }: Question): Promise<Reply> {
  try {
    const handler = handlers[name];
    if (handler === undefined) throw new Error(`there is no "${name}" here`);
    return { id, value: await handler(argument) };
  } catch (error) {
    return { id, failure: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
