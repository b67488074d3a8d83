import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Gives a test run a directory for temporary files, which goes with it: a CDK app, for one, leaves its templates behind. */
export function setup() {
  const path = mkdtempSync(join(tmpdir(), 'cinderkeep-tests-'));
  process.env.TMPDIR = path;
  return () => rmSync(path, { recursive: true, force: true });
}
