/** Where a command writes to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** What a command says: results on stdout, everything else on stderr. */
export interface Terminal {
  /** The result, a line or more. */
  print(text: string): void;
  /** Anything that is not the result. */
  note(text: string): void;
  /** Where things stand: on a terminal lines that are redrawn in place, cut off at its width; elsewhere a plain line now and then. */
  showStatus(lines: readonly string[]): void;
  clearStatus(): void;
  readonly isInteractive: boolean;
}

const REDRAW_MS = 80;
const PLAIN_LINE_MS = 5_000;
const USUAL_COLUMNS = 80;
const CLEAR_BELOW = '\x1b[0J';

export interface TerminalOptions {
  readonly stdout: Output;
  readonly stderr: Output;
  /** Milliseconds of real time, ever increasing. */
  readonly elapsedMs: () => number;
}

export function createTerminal({ stdout, stderr, elapsedMs }: TerminalOptions): Terminal {
  const isInteractive = stderr.isTTY === true;
  let drawnLines = 0;
  let shownAtMs = isInteractive ? Number.NEGATIVE_INFINITY : elapsedMs();
  let shown: readonly string[] = [];

  function erase(): void {
    if (drawnLines > 0) stderr.write(`\x1b[${drawnLines}A\r${CLEAR_BELOW}`);
    drawnLines = 0;
  }

  function draw(lines: readonly string[]): void {
    erase();
    // A line that wraps would be two, of which only one is erased. The width is asked for each time: windows change theirs.
    const width = (stderr.columns ?? USUAL_COLUMNS) - 1;
    stderr.write(lines.map((line) => `${cutOff(line, width)}\n`).join(''));
    drawnLines = lines.length;
  }

  function say(output: Output, text: string): void {
    erase();
    output.write(`${text}\n`);
    if (isInteractive && shown.length > 0) draw(shown);
  }

  return {
    isInteractive,
    print: (text) => say(stdout, text),
    note: (text) => say(stderr, text),
    showStatus(lines) {
      const isSame = lines.length === shown.length && lines.every((line, index) => line === shown[index]);
      const isSoon = elapsedMs() - shownAtMs < (isInteractive ? REDRAW_MS : PLAIN_LINE_MS);
      if (isSame || isSoon) return;
      shownAtMs = elapsedMs();
      shown = lines;
      if (isInteractive) draw(lines);
      else for (const line of lines) stderr.write(`${line}\n`);
    },
    clearStatus() {
      erase();
      shown = [];
    },
  };
}

function cutOff(line: string, width: number): string {
  const characters = [...line];
  return characters.length <= width ? line : `${characters.slice(0, Math.max(0, width - 1)).join('')}…`;
}
