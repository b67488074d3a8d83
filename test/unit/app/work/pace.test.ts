import { describe, expect, it } from 'vitest';
import { type Ages, createPace, shareFor, type WatchedPhase } from '../../../../lambdas/app/work/pace.ts';

const MINUTE_MS = 60_000;

function inFlight(youngestMs: number, oldestMs: number, phase: WatchedPhase = 'inCloud') {
  return new Map<WatchedPhase, Ages>([[phase, { youngestMs, oldestMs }]]);
}

/** A pace that has seen backups end after a minute. */
function experienced() {
  const pace = createPace();
  pace.noteEnd('inCloud', MINUTE_MS);
  return pace;
}

describe('the pace of looks', () => {
  it('begins with five a second and slows down with the age of what is in flight', () => {
    const pace = createPace();
    expect(pace.intervalMs(inFlight(0, 0))).toBe(200);
    expect(pace.intervalMs(inFlight(MINUTE_MS, MINUTE_MS))).toBe(6_000);
  });

  it('does not look before the first can have ended', () => {
    expect(experienced().intervalMs(inFlight(0, 10_000))).toBe(47_000);
  });

  it('nor when the last look was long ago', () => {
    expect(experienced().intervalMs(inFlight(0, 40_000), 40_000)).toBe(57_000);
  });

  it('lets finished snapshots wait for one another, for a hundredth of the time of a backup', () => {
    const pace = createPace();
    pace.noteEnd('snapshot', 1_000);
    expect(pace.intervalMs(inFlight(0, 0, 'snapshot'))).toBe(950);
    pace.noteEnd('inCloud', MINUTE_MS);
    expect(pace.intervalMs(inFlight(0, 0, 'snapshot'))).toBe(1_550);
    expect(pace.intervalMs(inFlight(0, 2_000, 'snapshot'))).toBe(600);
  });

  it('looks every tenth of the usual time once one may have ended', () => {
    expect(experienced().intervalMs(inFlight(0, MINUTE_MS))).toBe(6_000);
  });

  it('looks oftener while work waits for one of few slots', () => {
    expect(shareFor(64, true)).toBe(0.1);
    expect(shareFor(32, true)).toBe(0.05);
    expect(shareFor(8, true)).toBe(0.04);
    expect(shareFor(8, false)).toBe(0.1);
    expect(experienced().intervalMs(inFlight(0, MINUTE_MS), 0, shareFor(8, true))).toBe(2_400);
  });

  it('looks earlier from the first that ended early on', () => {
    const pace = experienced();
    pace.noteEnd('inCloud', 1_000);
    expect(pace.intervalMs(inFlight(0, 10_000))).toBeLessThan(6_000);
  });

  it('takes each phase by itself, the most urgent rules', () => {
    const pace = experienced();
    pace.noteEnd('leaving', 1_000);
    const ages = new Map([...inFlight(0, 0), ...inFlight(500, 2_000, 'leaving')]);
    expect(pace.intervalMs(ages)).toBe(200);
  });

  it('looks at least once a minute, however long everything takes', () => {
    const pace = createPace();
    pace.noteEnd('inCloud', 600 * MINUTE_MS);
    expect(pace.intervalMs(inFlight(0, 0))).toBe(MINUTE_MS);
  });

  it('spends a tenth of the time on reading lists at the most, a quarter while work waits for one of few slots', () => {
    const pace = createPace();
    pace.noteLook(5_000);
    expect(pace.intervalMs(inFlight(0, 0))).toBe(50_000);
    expect(pace.intervalMs(inFlight(0, 0), 0, shareFor(8, true))).toBe(20_000);
  });
});
