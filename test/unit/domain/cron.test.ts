import { describe, expect, it } from 'vitest';
import {
  CronSyntaxError,
  doCronsMeet,
  formatEventBridgeCron,
  parseCron,
} from '../../../lambdas/domain/cron.ts';

const every = {
  minutes: undefined,
  hours: undefined,
  daysOfMonth: undefined,
  months: undefined,
  daysOfWeek: undefined,
};

describe('cron that both dialects understand', () => {
  it.each([
    ['30 3 * * *', { minutes: [30], hours: [3] }],
    ['*/15 * * * *', { minutes: [0, 15, 30, 45] }],
    ['10-50/20 * * * *', { minutes: [10, 30, 50] }],
    ['5,1,5 0-3,22 * * *', { minutes: [1, 5], hours: [0, 1, 2, 3, 22] }],
    ['0 0 1,15 * *', { minutes: [0], hours: [0], daysOfMonth: [1, 15] }],
    ['0 0 * JAN,jul *', { minutes: [0], hours: [0], months: [1, 7] }],
    ['0 0 * * mon-FRI', { minutes: [0], hours: [0], daysOfWeek: [1, 2, 3, 4, 5] }],
    ['0 0 * * 0', { minutes: [0], hours: [0], daysOfWeek: [0] }],
    ['0 0 * * 7', { minutes: [0], hours: [0], daysOfWeek: [0] }],
    ['0 0 * * 5-7', { minutes: [0], hours: [0], daysOfWeek: [0, 5, 6] }],
    ['0 0 * * */2', { minutes: [0], hours: [0], daysOfWeek: [0, 2, 4, 6] }],
    ['0 0 29 2 *', { minutes: [0], hours: [0], daysOfMonth: [29], months: [2] }],
    ['0 0 31 2,12 *', { minutes: [0], hours: [0], daysOfMonth: [31], months: [2, 12] }],
    ['  30\t3 *  * * ', { minutes: [30], hours: [3] }],
  ])('%s', (text, fields) => {
    expect(parseCron(text)).toEqual({ ...every, ...fields });
  });

  it.each([
    ['', 'has 0 fields; write the five: minute hour day-of-month month day-of-week'],
    ['30 3 * *', 'has 4 fields'],
    ['0 30 3 * * *', 'has 6 fields'],
    ['@daily', 'has 1 fields'],
    ['60 3 * * *', 'minute: "60" is not understood; write * or 0-59'],
    ['0 24 * * *', 'hour: "24" is not understood; write * or 0-23'],
    ['0 3 0 * *', 'day-of-month: "0" is not understood; write * or 1-31'],
    ['0 3 * 13 *', 'month: "13" is not understood; write * or 1-12 or jan-dec'],
    ['0 3 * * 8', 'day-of-week: "8" is not understood; write * or 0-7 or sun-sat'],
    ['0 3 * * monday', 'day-of-week: "monday" is not understood'],
    [
      '0 3 ? * *',
      'day-of-month: "?" is not understood; write * or 1-31, with lists, ranges and steps (for "any" write *)',
    ],
    ['0 3 L * *', 'day-of-month: "L" is not understood'],
    ['0 3 * * 5#2', 'day-of-week: "5#2" is not understood'],
    ['0 3 1, * *', 'day-of-month: "" is not understood'],
    ['0 3 1-2-3 * *', 'day-of-month: "1-2-3" is not understood'],
    ['*/5/2 * * * *', 'minute: "*/5/2" is not understood'],
    ['5/15 * * * *', 'minute: "5/15" has a step after a single value; write a range, such as 5-59/15'],
    ['*/0 * * * *', 'minute: "*/0" has no usable step; write a number from 1 to 59'],
    ['*/x * * * *', 'minute: "*/x" has no usable step'],
    ['*/90 * * * *', 'minute: "*/90" has no usable step'],
    ['0 22-4 * * *', 'hour: the range "22-4" runs backwards; write two ranges, such as 22-23,0-4'],
    ['0 3 * * fri-mon', 'day-of-week: the range "fri-mon" runs backwards; write two ranges'],
    ['0 3 1 * 1', 'day-of-month and day-of-week are both restricted'],
    ['0 3 */2 * 1', 'day-of-month and day-of-week are both restricted'],
    ['0 3 30 2 *', 'never comes: no month of 2 has a day 30'],
    ['0 3 31 2,4,6,9,11 *', 'never comes: no month of 2,4,6,9,11 has a day 31'],
  ])('refuses "%s" and says why', (text, message) => {
    expect(() => parseCron(text)).toThrow(CronSyntaxError);
    expect(() => parseCron(text)).toThrow(message);
  });
});

describe('two crons meet', () => {
  it.each([
    ['30 3 * * *', '30 3 * * 0', true],
    ['30 3 * * *', '0 3 * * 0', false],
    ['0 */6 * * *', '0 3 * * *', false],
    ['0 */6 * * *', '0 12 1 * *', true],
    ['0 0 * * 1', '0 0 * * 2', false],
    ['0 0 31 * *', '0 0 * 2 *', false],
    ['0 0 29 * *', '0 0 * 2 1', true],
  ])('%s and %s: %s', (a, b, expected) => {
    expect(doCronsMeet(parseCron(a), parseCron(b))).toBe(expected);
    expect(doCronsMeet(parseCron(b), parseCron(a))).toBe(expected);
  });
});

describe('the EventBridge form', () => {
  it.each([
    ['30 3 * * *', 'cron(30 3 * * ? *)'],
    ['0 */6 1 jan *', 'cron(0 0,6,12,18 1 1 ? *)'],
    ['0 0 * * 0-2', 'cron(0 0 ? * SUN,MON,TUE *)'],
    ['0 0 * * 7', 'cron(0 0 ? * SUN *)'],
    ['0-29,44,45,59 * * * *', 'cron(0-29,44,45,59 * * * ? *)'],
    ['*/1 0-23 1-31 1-12 *', 'cron(0-59 0-23 1-31 1-12 ? *)'],
  ])('of %s is %s', (text, expected) => {
    expect(formatEventBridgeCron(parseCron(text))).toBe(expected);
  });
});
