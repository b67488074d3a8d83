import { describe, expect, it } from 'vitest';
import { createTerminal } from '../../../bin/cli/terminal.ts';

function open(isTTY: boolean, columns = 100) {
  const written: string[] = [];
  let nowMs = 0;
  const terminal = createTerminal({
    stdout: { write: (text) => written.push(`out ${text}`) },
    stderr: { write: (text) => written.push(`err ${text}`), isTTY, columns },
    elapsedMs: () => nowMs,
  });
  return {
    terminal,
    written,
    pass: (ms: number) => {
      nowMs += ms;
    },
  };
}

describe('the terminal', () => {
  it('puts results on stdout and everything else on stderr', () => {
    const { terminal, written } = open(false);
    terminal.print('result');
    terminal.note('by the way');
    expect(written).toEqual(['out result\n', 'err by the way\n']);
  });

  it('elsewhere than on a terminal shows a plain status line every few seconds, and none twice', () => {
    const { terminal, written, pass } = open(false);
    terminal.showStatus(['1 of 9']);
    pass(4_999);
    terminal.showStatus(['2 of 9']);
    pass(1);
    terminal.showStatus(['3 of 9']);
    pass(9_000);
    terminal.showStatus(['3 of 9']);
    terminal.showStatus(['4 of 9']);
    expect(written).toEqual(['err 3 of 9\n', 'err 4 of 9\n']);
  });

  it('on a terminal redraws the status in place, and keeps it below what is said', () => {
    const { terminal, written, pass } = open(true);
    terminal.showStatus(['a', 'b']);
    pass(1_000);
    terminal.showStatus(['c']);
    terminal.note('hello');
    terminal.clearStatus();
    expect(written).toEqual([
      'err a\nb\n',
      'err \x1b[2A\r\x1b[0J',
      'err c\n',
      'err \x1b[1A\r\x1b[0J',
      'err hello\n',
      'err c\n',
      'err \x1b[1A\r\x1b[0J',
    ]);
  });

  it('on a narrow terminal cuts a status line off, as a line that wraps could not be erased', () => {
    const { terminal, written } = open(true, 10);
    terminal.showStatus(['━━━━━━ 12 of 20 done', 'short']);
    expect(written).toEqual(['err ━━━━━━ 1…\nshort\n']);
  });
});
