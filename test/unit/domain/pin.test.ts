import { describe, expect, it } from 'vitest';
import { isInForce, pinInForce, readPinEnd } from '../../../lambdas/domain/pin.ts';
import { NOW } from '../../support/backups.ts';

const later = (ms: number) => new Date(NOW.getTime() + ms);

describe('a pin', () => {
  it('without an end is in force for ever', () => {
    expect(isInForce({ reason: 'audit' }, later(1e13))).toBe(true);
  });

  it('is in force until its end, which does not count', () => {
    const pin = { reason: 'audit', until: NOW };
    expect([isInForce(pin, later(-1)), isInForce(pin, NOW)]).toEqual([true, false]);
  });
});

describe('of the pins of the catalog and of the marker', () => {
  const ended = { reason: 'ended', until: later(-1) };
  const catalog = { reason: 'catalog' };
  const marker = { reason: 'marker' };
  it.each([
    ['the catalog’s counts where both are in force', [catalog, marker], catalog],
    ['the marker’s is enough', [undefined, marker], marker],
    ['the catalog’s is enough', [catalog, undefined], catalog],
    ['one that has ended does not hide the other', [ended, marker], marker],
    ['none counts where both have ended', [ended, ended], undefined],
  ])('%s', (_rule, pins, expected) => {
    expect(pinInForce(pins, NOW)).toBe(expected);
  });
});

describe('the end of a pin', () => {
  it.each([
    ['an instant', '2027-01-31T12:00:00Z', 'UTC', '2027-01-31T12:00:00.000Z'],
    ['an instant with an offset', '2027-01-31T12:00+05:45', 'UTC', '2027-01-31T06:15:00.000Z'],
    ['an instant in whole seconds', '2027-01-31T12:00:00.001Z', 'UTC', '2027-01-31T12:00:01.000Z'],
    ['a date, with all of that day', '2027-01-31', 'UTC', '2027-02-01T00:00:00.000Z'],
    ['a date in the zone', '2027-01-31', 'Europe/Berlin', '2027-01-31T23:00:00.000Z'],
    ['a date in summer', '2027-06-30', 'Europe/Berlin', '2027-06-30T22:00:00.000Z'],
    [
      'a date before a day that begins at one o’clock',
      '2018-11-03',
      'America/Sao_Paulo',
      '2018-11-04T03:00:00.000Z',
    ],
    ['a leap day', '2028-02-29', 'UTC', '2028-03-01T00:00:00.000Z'],
  ])('is %s', (_kind, text, zone, expected) => {
    expect(readPinEnd(text, zone)?.toISOString()).toBe(expected);
  });

  it.each([
    '',
    'soon',
    '2027',
    '2027-02-30',
    '2027-13-01',
    '2027-01-31T12:00',
    '2027-01-31 12:00Z',
    '2027-01-32T00:00Z',
  ])('is not "%s"', (text) => {
    expect(readPinEnd(text, 'UTC')).toBeUndefined();
  });
});
