import { describe, expect, it } from 'vitest';
import { renderReportPage } from '../../../local/report-page.ts';

const day = (number: number): Date => new Date(Date.UTC(2026, 2, number));

function aPage(volume: string): string {
  return renderReportPage({
    title: 'Report',
    intro: 'a & b',
    from: day(1),
    until: day(11),
    figures: [{ label: 'made', value: '2' }],
    lanes: [
      {
        volume,
        policy: 'nightly',
        marks: [
          { at: day(1), type: 'full', fate: 'held' },
          { at: day(6), type: 'incremental', fate: 'kept' },
        ],
      },
    ],
    events: [{ at: day(3), what: 'it grew' }],
  });
}

describe('the report page', () => {
  it('puts each backup at its place in time, with its kind and fate', () => {
    const page = aPage('web-01');
    expect(page).toContain(
      '<i class="full held" style="left:0.00%" title="2026-03-01 00:00 UTC, full, held">',
    );
    expect(page).toContain('<i class="incremental kept" style="left:50.00%"');
    expect(page).toContain(
      '<td class="n">0</td><td class="n">1</td><td class="n">1</td><td class="n">0</td>',
    );
  });

  it('needs nothing but itself', () => {
    expect(aPage('web-01')).not.toMatch(/<script|<link|src=|url\(|https?:/);
  });

  it('takes names for text, whatever is in them', () => {
    const page = aPage('<img src=x onerror="alert(1)">');
    expect(page).not.toContain('<img');
    expect(page).toContain('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;');
  });
});
