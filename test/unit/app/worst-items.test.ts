import { describe, expect, it } from 'vitest';
import { createWorstItems } from '../../../lambdas/app/coverage/worst-items.ts';
import { type ItemOutcome, ReportBuilder, type ReportItem } from '../../../lambdas/app/run-report.ts';

const AT = new Date('2026-11-23T12:00:00Z');

function anItem(outcome: ItemOutcome, goodDay?: number): ReportItem {
  const isFailure = outcome !== 'new' && outcome !== 'unselected';
  const newestGoodAt = goodDay === undefined ? {} : { newestGoodAt: new Date(Date.UTC(2026, 10, goodDay)) };
  return { outcome, isFailure, ...newestGoodAt };
}

function show({ outcome, newestGoodAt }: ReportItem): string {
  return newestGoodAt === undefined ? outcome : `${outcome} ${newestGoodAt.getUTCDate()}`;
}

describe('the worst of many items', () => {
  it('come first: what is not known, no backup at all, then the oldest', () => {
    const worst = createWorstItems();
    for (const item of [
      anItem('new'),
      anItem('unproved'),
      anItem('stale', 9),
      anItem('uncovered'),
      anItem('missed'),
      anItem('stale', 3),
      anItem('failed'),
    ])
      worst.add(item);
    expect(worst.read().map(show)).toEqual([
      ...['failed', 'uncovered', 'stale 3', 'stale 9', 'missed', 'unproved', 'new'],
    ]);
    expect(worst.readOmitted()).toEqual([]);
  });

  it('are all that is kept of very many; the others are counted, and fail the report as well', () => {
    const worst = createWorstItems(2);
    for (let day = 28; day >= 1; day -= 1) worst.add(anItem('stale', day));
    for (let count = 0; count < 5; count += 1) worst.add(anItem('new'));
    worst.add(anItem('uncovered'));
    const items = worst.read();
    expect(items.map(show)).toEqual(['uncovered', 'stale 1', 'new', 'new']);
    expect(worst.readOmitted()).toEqual([
      { outcome: 'stale', isFailure: true, count: 27 },
      { outcome: 'new', isFailure: false, count: 3 },
    ]);
    const report = new ReportBuilder('report-coverage', AT);
    for (const item of items) report.add(item);
    for (const omitted of worst.readOmitted()) report.omit(omitted);
    expect(report.finish(AT)).toMatchObject({
      counts: { uncovered: 1, stale: 28, new: 5 },
      failedCount: 29,
      omittedItemCount: 30,
    });
  });
});
