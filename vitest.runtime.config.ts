import { defineConfig } from 'vitest/config';

/** The functions under Lambda's own runtime client: `test/runtime/run.sh` installs it. */
export default defineConfig({
  test: {
    include: ['test/runtime/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
