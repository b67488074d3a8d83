import { defineConfig } from 'vitest/config';

/** What cfn-lint and the compiler say of templates and of the package; `test/templates/run.sh` installs cfn-lint. */
export default defineConfig({
  test: { include: ['test/templates/**/*.test.ts'], testTimeout: 240_000, hookTimeout: 240_000 },
});
