import type { CliResult } from './cli.ts';

/** One command for a process that runs many, one after the other. */
export interface CliTurn {
  readonly id: number;
  readonly args: readonly string[];
  readonly cwd: string;
  /** All that it sees of OpenStack, AWS and our own variables. */
  readonly env: Readonly<Record<string, string>>;
}

export type CliAnswer = CliResult & { readonly id: number };

const OURS = /^(OS_|AWS_|CINDERKEEP_)/;

const { COMMANDS } = await import('../../bin/commands.ts');
const { runCli } = await import('../../bin/cli/run-cli.ts');

// Each command listens for errors of the outputs until its process ends.
process.stdout.setMaxListeners(0);
let last: Promise<void> = Promise.resolve();
process.on('message', (turn: CliTurn) => {
  last = last.then(async () => {
    process.send?.(await take(turn));
  });
});

async function take({ id, args, cwd, env }: CliTurn): Promise<CliAnswer> {
  for (const name of Object.keys(process.env)) if (OURS.test(name)) delete process.env[name];
  Object.assign(process.env, env);
  process.chdir(cwd);
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  try {
    const code = await runCli(COMMANDS, args);
    return { id, code, stdout: stdout.read(), stderr: stderr.read() };
  } finally {
    stdout.release();
    stderr.release();
  }
}

function capture(stream: NodeJS.WriteStream) {
  const { write } = stream;
  let text = '';
  stream.write = (chunk: string | Uint8Array) => {
    text += chunk;
    return true;
  };
  return {
    read: () => text,
    release: () => {
      stream.write = write;
    },
  };
}
