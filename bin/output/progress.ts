import type { WorkProgress } from '../../lambdas/app/work/progress.ts';
import type { Terminal } from '../cli/terminal.ts';

const BAR_CELLS = 24;

/** Shows how far the work on each cloud is. */
export function createProgressView(terminal: Terminal): (progress: WorkProgress) => void {
  const clouds = new Map<string, WorkProgress>();
  return (progress) => {
    clouds.set(progress.cloud, progress);
    terminal.showStatus(
      [...clouds.values()].flatMap((each) => [
        describeProgress(each, terminal.isInteractive),
        ...(each.details ?? []).map((detail) => `  ${detail}`),
      ]),
    );
  };
}

/** `prod  ━━━━━────  12 of 20 done · 1 failed · 3 under way · 5 waiting`: what matters most first, as a narrow terminal cuts the end off. */
export function describeProgress(progress: WorkProgress, hasBar: boolean): string {
  const { waiting, underWay, available, deleted, failed, restored = 0 } = progress;
  const done = available + deleted + restored + failed;
  const total = done + waiting + underWay;
  const isMixed = available > 0 && deleted > 0;
  const counts: readonly (readonly [number, string])[] = [
    [failed, 'failed'],
    [underWay, 'under way'],
    [waiting, 'waiting'],
    [isMixed ? available : 0, 'available'],
    [isMixed ? deleted : 0, 'deleted'],
  ];
  const texts = counts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  const bar = hasBar ? `${drawBar(total === 0 ? 1 : done / total)}  ` : '';
  return `${progress.cloud}  ${bar}${[`${done} of ${total} done`, ...texts].join(' · ')}`;
}

/** @param share 0 to 1. */
export function drawBar(share: number, cells = BAR_CELLS): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * cells);
  return '━'.repeat(full) + '─'.repeat(cells - full);
}
