import { defineConfig } from 'vitest/config';

/** The catalog's contract against the DynamoDB that `test/dynamodb/run.sh` starts, or another one. */
export default defineConfig({
  test: { include: ['test/dynamodb/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 60_000 },
});
