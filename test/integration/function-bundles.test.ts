import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig } from '../../config/config.ts';
import { parseDeployedConfig } from '../../config/deployed-config.ts';
import { bundleFunctions, FUNCTION_NAMES, type FunctionName } from '../../lib/function-bundle.ts';

const CONFIG = loadConfig('config/policies.yaml');
const MAX_BYTES = 1024 * 1024;

let directory: string;
let bundles: Readonly<Record<FunctionName, string>>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'cinderkeep-bundles-'));
  bundles = bundleFunctions(CONFIG, directory, FUNCTION_NAMES);
}, 120_000);
afterAll(() => rm(directory, { recursive: true, force: true }));

describe.each(FUNCTION_NAMES)('the bundle of %s', (name) => {
  const read = (file: string) => readFileSync(join(bundles[name], file), 'utf8');

  it('is at most 1 MB', () => {
    expect(Buffer.byteLength(read('index.mjs'))).toBeLessThanOrEqual(MAX_BYTES);
  });

  it('names no place of the machine that made it', () => {
    expect(read('index.mjs')).not.toContain(process.cwd());
    expect(read('index.mjs.map')).not.toContain(process.cwd());
    expect(JSON.parse(read('index.mjs.map')).sources).toContain(`../../lambdas/${name}.ts`);
  });

  it('brings the config', () => {
    expect(parseDeployedConfig(read('config.json')).deployment).toEqual(CONFIG.deployment);
  });
});
