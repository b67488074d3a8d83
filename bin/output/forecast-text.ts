import type { PlacementRow, PolicyForecast } from '../../lambdas/app/forecast.ts';
import type { ForecastDay } from '../../lambdas/domain/forecast-day.ts';
import { formatTable, indent } from './table.ts';

/** Other placements that are worth a line beside the policy's own. */
const PLACEMENT_ROWS = 12;

/** A forecast, for people: a line a day, then the placements of the fulls, best first. */
export function formatForecast(forecast: PolicyForecast): string {
  const { policy, sizeGib, changeRate, full, billedBy, settledAt, days, placements, aws } = forecast;
  const percent = Math.round(changeRate * 10_000) / 100;
  return [
    `${policy}: a volume of ${sizeGib} GiB, of which ${percent} % change in a day, with ${full}`,
    '',
    indent(formatTable(DAY_HEAD, days.map(toDayRow))),
    '',
    `In the long run (it settles at ${settledAt.slice(0, 10)}), billed by what is ${billedBy}:`,
    indent(formatTable(PLACEMENT_HEAD, chooseRows(placements).map(toPlacementRow))),
    '',
    formatAwsCost(aws),
  ].join('\n');
}

/** At list price, with what it is reckoned for: the volumes' number and the backups' time decide. */
function formatAwsCost({
  volumes,
  backupMinutes,
  inFlight,
  slotHours,
  ...cost
}: PolicyForecast['aws']): string {
  const { variable, variableUsd, fixed, fixedUsd } = cost;
  const places = inFlight === 'unlimited' ? 'without limit' : `${inFlight} at once`;
  return [
    `On AWS a month of ${volumes.toLocaleString('en')} such volumes comes to ${formatUsd(variableUsd)}, besides ${formatUsd(fixedUsd)} whatever their number,`,
    `at list price, if a backup takes ${backupMinutes} min and ${places} are made (a slot: ${formatHours(slotHours)}):`,
    ...[...variable, ...fixed].map(({ what, usd }) => `  ${formatUsd(usd).padStart(11)}  ${what}`),
  ].join('\n');
}

function formatUsd(usd: number): string {
  return `${usd.toFixed(2)} USD`;
}

function formatHours(hours: number): string {
  return hours < 1 ? `${Math.ceil(hours * 60)} min` : `${hours.toFixed(1)} h`;
}

const DAY_HEAD = ['DAY', 'MADE', 'DELETED', 'KEPT', 'HELD', 'EXIST', 'STORED GIB', 'QUOTA GIB', 'REQUESTS'];
const PLACEMENT_HEAD = ['FULLS', 'BACKUPS', 'OF THEM HELD', 'QUOTA GIB', 'STORED GIB', 'VOLUME SIZES', ''];

function toDayRow(day: ForecastDay): string[] {
  const { madeFull, madeIncremental } = day;
  const made = [
    madeFull > 0 ? `${madeFull} full` : '',
    madeIncremental > 0 ? `${madeIncremental} incr.` : '',
  ];
  return [
    day.date,
    made.filter((part) => part !== '').join(', '),
    String(day.deleted),
    String(day.kept),
    String(day.held),
    String(day.backups),
    day.storedGib.toFixed(1),
    day.quotaGib.toFixed(0),
    String(day.requests),
  ];
}

/** The best ones, and the policy's own wherever it stands. */
function chooseRows(placements: readonly PlacementRow[]): readonly PlacementRow[] {
  return placements.filter((row, rank) => rank < PLACEMENT_ROWS || row.isOwn || row.isBest);
}

function toPlacementRow(row: PlacementRow): string[] {
  const notes = [row.isOwn ? 'this policy' : '', row.isBest ? 'best' : ''];
  return [
    row.placement,
    row.backups.toFixed(1),
    row.held.toFixed(1),
    row.quotaGib.toFixed(0),
    row.storedGib.toFixed(1),
    row.volumes.toFixed(2),
    notes.filter((note) => note !== '').join(', '),
  ];
}
