import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lintTemplates } from './lint-templates.ts';

const run = promisify(execFile);
const PROJECT = join(import.meta.dirname, '../..');
const TYPESCRIPT = join(PROJECT, 'node_modules/.bin/tsc');

/** A project of somebody else that has the package of this one installed. */
let app: string;

beforeAll(async () => {
  app = await mkdtemp(join(tmpdir(), 'cinderkeep-app-'));
  await cp(join(PROJECT, 'docs/examples/own-app'), app, { recursive: true });
  await writeFile(join(app, 'package.json'), '{ "private": true, "type": "module" }\n');
  await installPackage(join(app, 'node_modules'));
}, 240_000);
afterAll(() => rm(app, { recursive: true, force: true }));

/** As npm does it, but for the packages that it needs: those are here already. */
async function installPackage(modules: string): Promise<void> {
  await mkdir(join(modules, 'cinderkeep'), { recursive: true });
  await run('npm', ['pack', '--pack-destination', modules], { cwd: PROJECT });
  const [tarball = ''] = (await readdir(modules)).filter((name) => name.endsWith('.tgz'));
  await run('tar', [
    'xzf',
    join(modules, tarball),
    '-C',
    join(modules, 'cinderkeep'),
    '--strip-components=1',
  ]);
  for (const name of await readdir(join(PROJECT, 'node_modules'))) {
    await symlink(join(PROJECT, 'node_modules', name), join(modules, name));
  }
}

describe('as a package', () => {
  it('brings JavaScript and no TypeScript that Node would refuse to run', async () => {
    const home = join(app, 'node_modules/cinderkeep');
    expect((await readdir(home)).sort()).toEqual([
      'LICENSE',
      'README.md',
      'bin',
      'config',
      'dist',
      'docs',
      'package.json',
    ]);
    expect(await readdir(join(home, 'bin'))).toEqual(['cinderkeep.js']);
    const built = await readdir(join(home, 'dist'), { recursive: true });
    expect(built.filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))).toEqual([]);
  });

  it('has types for the app of the example', async () => {
    const compilerOptions = {
      module: 'nodenext',
      target: 'es2024',
      types: ['node'],
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      skipLibCheck: true,
    };
    await writeFile(join(app, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.ts'] }));
    const checked = await run(TYPESCRIPT, ['-p', app]).catch((error: { stdout?: string }) => error);
    expect(checked.stdout).toBe('');
  });

  it('lets that app be synthesised: one stack with everything in it', async () => {
    const outdir = join(app, 'cdk.out');
    await run(process.execPath, ['app.ts'], { cwd: app, env: { ...process.env, CDK_OUTDIR: outdir } });
    expect(await lintTemplates(outdir)).toBe('');
    const { Resources } = JSON.parse(await readFile(join(outdir, 'Storage.template.json'), 'utf8'));
    const types = Object.values<{ Type: string }>(Resources).map(({ Type }) => Type);
    for (const type of ['DynamoDB::Table', 'Lambda::Function', 'Scheduler::Schedule', 'CloudWatch::Alarm']) {
      expect(types).toContain(`AWS::${type}`);
    }
  });

  it('has the command line', async () => {
    const program = join(app, 'node_modules/cinderkeep/bin/cinderkeep.js');
    expect((await run(process.execPath, [program, '--help'])).stdout).toContain('Usage: cinderkeep');
    const config = join(PROJECT, 'config/policies.yaml');
    const checked = await run(process.execPath, [program, 'check', '--config', config, '--json']).catch(
      (error: { stdout: string }) => error,
    );
    expect(JSON.parse(checked.stdout)).toBeDefined();
  });
});
