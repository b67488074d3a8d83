import { describe, expect, it } from 'vitest';
import { closest } from '../../../config/closest.ts';

describe('did you mean', () => {
  it.each([
    ['dayly', ['hourly', 'daily', 'weekly'], 'daily'],
    ['maxage', ['maxAge', 'maxAgeStrict'], 'maxAge'],
    ['schedul', ['schedule', 'select'], 'schedule'],
    ['Europe/Berlni', ['Europe/Berlin', 'Europe/Dublin'], 'Europe/Berlin'],
    ['retention', ['version', 'keep'], undefined],
    ['a', ['aws'], undefined],
    ['x', [], undefined],
  ])('%s: %s → %s', (text, candidates, expected) => {
    expect(closest(text, candidates)).toBe(expected);
  });
});
