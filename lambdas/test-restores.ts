import { testRestores } from './app/test-restores.ts';
import { composeWithHooks } from './runtime/compose-with-hooks.ts';
import { createHandler } from './runtime/handler.ts';
import { reportRun } from './runtime/report-run.ts';
import { testRestoresRequest } from './runtime/requests/test-restores.ts';

/** It stays to the end, as far as its time allows, so that it is its own alarm that tells of what fails. */
const test = reportRun<Parameters<typeof testRestores>[0]>((request, run, deps) =>
  testRestores(request, { ...run, waits: true }, deps),
);

export const handler = createHandler(testRestoresRequest, test, composeWithHooks);
