/** One backup on the page. */
export interface PageMark {
  readonly at: Date;
  readonly type: 'full' | 'incremental';
  readonly fate: 'kept' | 'held' | 'deleted';
}

/** The backups of one policy on one volume. */
export interface PageLane {
  readonly volume: string;
  readonly policy: string;
  /** Shown beside the volume's name. */
  readonly note?: string;
  readonly marks: readonly PageMark[];
}

export interface ReportPage {
  readonly title: string;
  readonly intro: string;
  readonly from: Date;
  readonly until: Date;
  readonly figures: readonly { readonly value: string; readonly label: string }[];
  /** Lanes of one volume stand together. */
  readonly lanes: readonly PageLane[];
  readonly events: readonly { readonly at: Date; readonly what: string }[];
}

const DAY_MS = 86_400_000;
/** About so many dates under the lanes. */
const TICKS = 6;
const FATES = ['deleted', 'held', 'kept'] as const;

/** A page that needs nothing but itself: no script, no font, no address. Every text in it is escaped. */
export function renderReportPage(page: ReportPage): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeHtml(page.title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escapeHtml(page.title)}</h1>
<p>${escapeHtml(page.intro)}</p>
<dl class="figures">${page.figures.map(renderFigure).join('')}</dl>
<h2>What stays, volume by volume</h2>
<p class="legend">
<span><i class="full kept"></i> full, kept</span>
<span><i class="incremental kept"></i> incremental, kept</span>
<span><i class="full held"></i><i class="incremental held"></i> held: expired, but a kept one needs it</span>
<span><i class="incremental deleted"></i> deleted</span>
</p>
<div class="scroll">
<table>
<thead><tr><th>Volume</th><th>Policy</th><th class="time">${renderTicks(page)}</th><th class="n">Full</th><th class="n">Incr.</th><th class="n">Held</th><th class="n">Deleted</th></tr></thead>
<tbody>
${page.lanes.map((lane, index) => renderLane(lane, page.lanes[index - 1], page)).join('\n')}
</tbody>
</table>
</div>
${renderEvents(page)}
</main>
</body>
</html>
`;
}

function renderFigure({ value, label }: ReportPage['figures'][number]): string {
  return `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}</dd></div>`;
}

function renderLane(lane: PageLane, before: PageLane | undefined, page: ReportPage): string {
  const { volume, policy, note, marks } = lane;
  const kept = marks.filter(({ fate }) => fate === 'kept');
  const fulls = kept.filter(({ type }) => type === 'full').length;
  const count = (fate: PageMark['fate']) => marks.filter((mark) => mark.fate === fate).length;
  const isFirst = before?.volume !== volume;
  const name = isFirst
    ? `${escapeHtml(volume)}${note === undefined ? '' : ` <small>${escapeHtml(note)}</small>`}`
    : '';
  const numbers = [fulls, kept.length - fulls, count('held'), count('deleted')];
  // What stays is drawn over what is gone.
  const drawn = FATES.flatMap((fate) => marks.filter((mark) => mark.fate === fate));
  return `<tr${isFirst ? ' class="first"' : ''}><th scope="row">${name}</th><td>${escapeHtml(policy)}</td><td class="time"><div class="lane">${drawn
    .map((mark) => renderMark(mark, page))
    .join('')}</div></td>${numbers.map((number) => `<td class="n">${number}</td>`).join('')}</tr>`;
}

function renderMark({ at, type, fate }: PageMark, page: ReportPage): string {
  const title = `${at.toISOString().slice(0, 16).replace('T', ' ')} UTC, ${type}, ${fate}`;
  return `<i class="${type} ${fate}" style="left:${toPercent(at, page)}" title="${title}"></i>`;
}

function renderTicks(page: ReportPage): string {
  const days = Math.max(1, Math.round((page.until.getTime() - page.from.getTime()) / DAY_MS));
  const step = Math.max(1, Math.ceil(days / TICKS));
  const ticks: string[] = [];
  for (let day = 0; day < days; day += step) {
    const at = new Date(page.from.getTime() + day * DAY_MS);
    ticks.push(`<span style="left:${toPercent(at, page)}">${at.toISOString().slice(5, 10)}</span>`);
  }
  return `<div class="ticks">${ticks.join('')}</div>`;
}

function renderEvents({ events }: ReportPage): string {
  if (events.length === 0) return '';
  const rows = events.map(({ at, what }) => {
    const time = at.toISOString().slice(0, 16).replace('T', ' ');
    return `<li><time datetime="${at.toISOString()}">${time}</time> ${escapeHtml(what)}</li>`;
  });
  return `<h2>What happened meanwhile</h2>\n<ol class="events">\n${rows.join('\n')}\n</ol>`;
}

function toPercent(at: Date, { from, until }: ReportPage): string {
  const share = (at.getTime() - from.getTime()) / Math.max(1, until.getTime() - from.getTime());
  return `${(Math.min(1, Math.max(0, share)) * 100).toFixed(2)}%`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const STYLE = `
:root { --ink: #1b2430; --soft: #5b6775; --line: #dde2e8; --ground: #fff; --panel: #f5f7f9; --mark: #1f6feb; --held: #b35c00; --gone: #a9b2bd; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e9ef; --soft: #9aa7b5; --line: #2c3540; --ground: #12171d; --panel: #1a2129; --mark: #58a6ff; --held: #f0a04b; --gone: #4d5866; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 76rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.6rem; margin: 0 0 .25rem; }
h2 { font-size: 1.1rem; margin: 2.25rem 0 .5rem; }
p { max-width: 60rem; color: var(--soft); margin: .25rem 0; }
.figures { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0 0; }
.figures div { background: var(--panel); border-radius: .5rem; padding: .6rem .9rem; min-width: 7.5rem; }
.figures dt { color: var(--soft); font-size: .8rem; }
.figures dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; font-size: .85rem; }
.legend span { display: inline-flex; align-items: end; gap: .35rem; }
.legend i { position: static; transform: none; align-self: center; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; min-width: 52rem; font-size: .875rem; }
th, td { text-align: left; padding: .3rem .6rem .3rem 0; white-space: nowrap; font-weight: normal; vertical-align: middle; }
thead th { color: var(--soft); font-size: .8rem; vertical-align: bottom; }
tr.first > * { border-top: 1px solid var(--line); }
th[scope=row] { font-weight: 600; }
small { color: var(--soft); font-weight: normal; }
.time { width: 100%; padding-right: 1.2rem; }
.n { text-align: right; font-variant-numeric: tabular-nums; }
.ticks, .lane { position: relative; height: 22px; }
.ticks span { position: absolute; bottom: 0; border-left: 1px solid var(--line); padding-left: 3px; }
.lane { border-bottom: 1px solid var(--line); }
i { display: inline-block; position: absolute; bottom: 0; width: 4px; transform: translateX(-50%); border-radius: 1px 1px 0 0; }
i.full { height: 20px; }
i.incremental { height: 11px; }
i.kept { background: var(--mark); }
i.held { border: 1px solid var(--held); border-bottom: 0; width: 5px; }
i.deleted { background: var(--gone); height: 3px; width: 3px; }
.events { list-style: none; padding: 0; margin: 0; font-size: .875rem; }
.events li { padding: .15rem 0; }
time { color: var(--soft); font-variant-numeric: tabular-nums; margin-right: .75rem; }
`;
