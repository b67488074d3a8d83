import { defineConfig } from 'vitest/config';

/** The unit tests that judge retention, chains and slots, for `npm run mutation`. */
export default defineConfig({
  test: {
    include: [
      'test/unit/domain/{retention-policy,backup-chain*,prune-plan*,decision,next-decision,slot,cron}.test.ts',
    ],
    testTimeout: 60_000,
  },
});
