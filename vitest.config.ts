import { defineConfig } from 'vitest/config';

const ELSEWHERE = [
  'test/live/**',
  'test/dynamodb/**',
  'test/templates/**',
  'test/runtime/**',
  'test/bench/**',
];
/** Each file is quick, and loading what it tests (all of the CDK, say) is not: the files of a process share it. */
const SHARING = ['test/unit/**', 'test/infra/**', 'test/*.test.ts'];

export default defineConfig({
  test: {
    testTimeout: 60_000,
    // Hooks start programs and databases, as tests do; by itself vitest gives them ten seconds.
    hookTimeout: 60_000,
    // By itself vitest gives a poll one second, which a busy machine may take to look once.
    expect: { poll: { timeout: 30_000 } },
    // By itself vitest leaves one core free, which of two is half.
    maxWorkers: '100%',
    globalSetup: 'test/support/temporary-directory.ts',
    projects: [
      { extends: true, test: { name: 'sharing', include: SHARING.map(toTests), isolate: false } },
      {
        extends: true,
        test: { name: 'isolated', include: ['test/**/*.test.ts'], exclude: [...ELSEWHERE, ...SHARING] },
      },
    ],
  },
});

function toTests(pattern: string): string {
  return pattern.replace(/\*\*$/, '**/*.test.ts');
}
