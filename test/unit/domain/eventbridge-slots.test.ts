import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatEventBridgeCron, parseCron } from '../../../lambdas/domain/cron.ts';
import { slotsBetween } from '../../../lambdas/domain/slot.ts';
import { eventBridgeSlots, readEventBridgeCron } from '../../support/eventbridge-schedule.ts';

const DAYS = 4;

/** `1,5-9,20`, `*` or `*` with a step; always written in full, so that it is long when it can be. */
function fieldArbitrary(lowest: number, highest: number): fc.Arbitrary<string> {
  const lists = fc
    .uniqueArray(fc.integer({ min: lowest, max: highest }), { minLength: 1, maxLength: highest - lowest + 1 })
    .map((values) => values.join(','));
  return fc.oneof(fc.constant('*'), fc.constant('*/2'), lists);
}

const days = fc.oneof(
  fieldArbitrary(1, 28).map((dayOfMonth) => `${dayOfMonth} * *`),
  fieldArbitrary(0, 7).map((dayOfWeek) => `* * ${dayOfWeek}`),
  fieldArbitrary(1, 12).map((month) => `* ${month} *`),
  fc.tuple(fieldArbitrary(1, 28), fieldArbitrary(1, 12)).map(([day, month]) => `${day} ${month} *`),
);

const crons = fc
  .tuple(fieldArbitrary(0, 59), fieldArbitrary(0, 23), days)
  .map(([minute, hour, rest]) => `${minute} ${hour} ${rest}`);

/** Days around which a zone's clock changes, and others. */
const places = fc.constantFrom(
  ['Europe/Berlin', '2027-03-26'],
  ['Europe/Berlin', '2027-10-29'],
  ['America/St_Johns', '2027-03-12'],
  ['America/St_Johns', '2027-11-05'],
  ['Australia/Lord_Howe', '2027-04-02'],
  ['Australia/Lord_Howe', '2027-10-01'],
  ['Asia/Kathmandu', '2028-02-27'],
  ['Africa/Casablanca', '2027-02-05'],
  ['UTC', '2026-12-30'],
);

describe('a schedule on EventBridge', () => {
  it('comes at the very instants that are slots of the policy, also when clocks change', () => {
    fc.assert(
      fc.property(crons, places, (cron, [timezone = '', day = '']) => {
        const start = Date.parse(`${day}T00:00:00Z`);
        const slots = slotsBetween(
          { cron, timezone },
          new Date(start - 1),
          new Date(start + DAYS * 86_400_000 - 1),
        );
        expect(eventBridgeSlots(formatEventBridgeCron(parseCron(cron)), timezone, day, DAYS)).toEqual([
          ...slots,
        ]);
      }),
      { numRuns: 60 },
    );
  });

  it('is never too long for it', () => {
    const everyOther = (lowest: number, highest: number): string =>
      Array.from({ length: highest - lowest + 1 }, (_, index) => lowest + index)
        .filter((value) => value % 3 !== 2)
        .join(',');
    const longest = `${everyOther(0, 59)} ${everyOther(0, 23)} ${everyOther(1, 31)} ${everyOther(1, 12)} *`;
    const expression = formatEventBridgeCron(parseCron(longest));
    expect(expression.length).toBeGreaterThan(230);
    expect(() => readEventBridgeCron(expression)).not.toThrow();
  });
});
