import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli.ts';

const PROJECT = join(import.meta.dirname, '../..');

const SLOW_MS = 240_000;

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cinderkeep-deploy-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

/** Runs the app as the CDK command line does. */
async function synthesise(context: Record<string, string>) {
  const child = spawn(process.execPath, ['bin/deploy.ts'], {
    cwd: PROJECT,
    env: {
      ...process.env,
      CDK_OUTDIR: join(directory, 'cdk.out'),
      CDK_CONTEXT_JSON: JSON.stringify(context),
    },
  });
  const [[exitCode], stderr] = await Promise.all([once(child, 'exit'), text(child.stderr)]);
  return { exitCode: Number(exitCode), stderr };
}

describe('the CDK app', () => {
  it(
    'synthesises the stacks of the deployment in the project’s own config',
    async () => {
      const { exitCode, stderr } = await synthesise({});
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
      const files = await readdir(join(directory, 'cdk.out'));
      expect(files.filter((file) => file.endsWith('.template.json')).sort()).toEqual([
        'cinderkeep-acme-operations.template.json',
        'cinderkeep-acme-scheduler.template.json',
        'cinderkeep-acme-state.template.json',
      ]);
    },
    SLOW_MS,
  );

  it('deploys nothing from a config that is wrong, and says what is', async () => {
    const config = join(directory, 'policies.yaml');
    await writeFile(config, 'version: 1\ndeployment: a-b\nclouds: { prod: { auth: env } }\npolicies: {}\n');
    const { exitCode, stderr } = await synthesise({ config });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${config}:2:13: deployment: `);
    expect(stderr).not.toContain('    at ');
  });

  it('says of a wrong config exactly what the check says', async () => {
    const config = join(directory, 'policies.yaml');
    await writeFile(
      config,
      'version: 1\ndeployment: acme\nclouds: { prod: { auth: env } }\naws: { subnets: [subnet-0abc], dashbord: true }\n',
    );
    const { exitCode, stderr } = await synthesise({ config });
    const checked = await runCli(['check', '--config', config]);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('aws.dashbord: is not a key here; did you mean dashboard?');
    expect(checked).toMatchObject({ code: 2, stderr });
  });
});
