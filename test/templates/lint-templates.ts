import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * What cfn-lint finds in the templates of a cloud assembly; empty: nothing.
 *
 * W3005 is left out: CDK says of a function and its role what a reference says already, which does no harm.
 */
export async function lintTemplates(directory: string): Promise<string> {
  const templates = globSync(`${directory}/*.template.json`);
  if (templates.length === 0) throw new Error(`there is no template in ${directory}`);
  const program = process.env.CFN_LINT;
  if (program === undefined) throw new Error('CFN_LINT is not set; use `npm run test:templates`');
  try {
    return (await run(program, ['--ignore-checks', 'W3005', '--', ...templates])).stdout;
  } catch (error) {
    // It exits with the kinds of what it found.
    return error instanceof Error && 'stdout' in error ? `${error.message}\n${error.stdout}` : String(error);
  }
}
