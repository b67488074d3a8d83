import { describe, expect, it } from 'vitest';
import { decideRetry, hasSucceeded } from '../../../lambdas/domain/retry.ts';

const GREW = 'Invalid backup: Volume size increased since the last backup. Do a full backup.';
const HASH =
  'Hash block size has changed since the last backup. New hash block size: 1. Old: 2. Do a full backup.';

describe('decideRetry', () => {
  it.each([
    [1, 'incremental', 'no space', 'in 1 min as it was'],
    [1, 'incremental', GREW, 'in 1 min as a full'],
    [1, 'incremental', HASH, 'in 1 min as a full'],
    [2, 'incremental', 'no space', 'in 5 min as a full'],
    [1, 'full', GREW, 'in 1 min as it was'],
    [3, 'full', 'no space', 'in 30 min as it was'],
    [4, 'full', 'no space', 'no more'],
    [9, 'incremental', GREW, 'no more'],
  ] as const)('attempt %i, %s, failed: "%s": %s', (attempt, type, reason, expected) => {
    const retry = decideRetry({ attempt, type, reason });
    const told =
      retry === undefined
        ? 'no more'
        : `in ${retry.delayMs / 60_000} min ${retry.asFull ? 'as a full' : 'as it was'}`;
    expect(told).toBe(expected);
  });
});

describe('hasSucceeded', () => {
  it.each([
    ['available', true],
    ['deleting', true],
    ['deleted', true],
    ['lost', false],
    ['failed', false],
    ['creating', false],
    ['stuck', false],
  ] as const)('%s: %s', (state, expected) => {
    expect(hasSucceeded({ state })).toBe(expected);
  });
});
