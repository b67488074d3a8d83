import { defineConfig } from 'vitest/config';

/** Against the real Cinder of `test/live/cloud/up`: one cloud for all, so one test after the other. */
export default defineConfig({
  test: {
    include: ['test/live/**/*.test.ts'],
    fileParallelism: false,
    maxWorkers: 1,
    // Of tests that wait for the cloud most of the time, and say that they may.
    maxConcurrency: 8,
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
});
