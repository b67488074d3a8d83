/**
 * Reads EventBridge Scheduler's cron as its user guide describes it, and nothing else: six fields in this order, days of the week counted 1 (SUN) to
 * 7 (SAT) or spelt out, exactly one of the two day fields `?`. Written apart from our own cron, so that the two can be compared.
 *
 * @see EventBridge Scheduler User Guide, "Schedule types", "Daylight savings time on EventBridge Scheduler"
 */
export function readEventBridgeCron(expression: string): (localMinute: Date) => boolean {
  const fields = /^cron\((\S+) (\S+) (\S+) (\S+) (\S+) \*\)$/.exec(expression)?.slice(1);
  if (fields === undefined || expression.length > 256) throw new Error(`EventBridge refuses ${expression}`);
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = ''] = fields;
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) throw new Error(`EventBridge refuses ${expression}: ?`);
  const minutes = readField(minute, 0, 59);
  const hours = readField(hour, 0, 23);
  const days = readField(dayOfMonth, 1, 31);
  const months = readField(month, 1, 12);
  const weekdays = readField(dayOfWeek, 1, 7);
  return (at) =>
    minutes.has(at.getUTCMinutes()) &&
    hours.has(at.getUTCHours()) &&
    days.has(at.getUTCDate()) &&
    months.has(at.getUTCMonth() + 1) &&
    weekdays.has(at.getUTCDay() + 1);
}

const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

function readField(text: string, lowest: number, highest: number): Set<number> {
  if (text === '*' || text === '?') return new Set(range(lowest, highest));
  return new Set(
    text.split(',').flatMap((item) => {
      const [from = Number.NaN, to = from] = item
        .split('-')
        .map((value) => readValue(value, lowest, highest));
      if (!(from <= to)) throw new Error(`EventBridge refuses ${item}`);
      return range(from, to);
    }),
  );
}

function readValue(text: string, lowest: number, highest: number): number {
  const value = highest === 7 && WEEKDAYS.includes(text) ? WEEKDAYS.indexOf(text) + 1 : Number(text);
  if (!Number.isInteger(value) || value < lowest || value > highest)
    throw new Error(`EventBridge refuses ${text}`);
  return value;
}

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 24 * 60;

/**
 * The instants at which a schedule comes on some days, oldest first, by asking every minute of the zone's wall clock: what the clock skips never comes,
 * what it shows twice comes the first time.
 */
export function eventBridgeSlots(
  expression: string,
  timezone: string,
  fromUtcDay: string,
  days: number,
): Date[] {
  const comes = readEventBridgeCron(expression);
  const startMs = Date.parse(`${fromUtcDay}T00:00:00Z`);
  const wallClock = new Intl.DateTimeFormat('sv-SE', {
    timeZone: timezone,
    dateStyle: 'short',
    timeStyle: 'short',
  });
  const seen = new Set<string>();
  const slots: Date[] = [];
  for (let minute = -DAY_MINUTES; minute < days * DAY_MINUTES; minute += 1) {
    const at = new Date(startMs + minute * MINUTE_MS);
    const local = wallClock.format(at);
    if (seen.has(local)) continue;
    seen.add(local);
    if (minute >= 0 && comes(new Date(`${local.replace(' ', 'T')}:00Z`))) slots.push(at);
  }
  return slots;
}
