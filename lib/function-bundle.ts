import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { type BuildOptions, buildSync, type OutputFile } from 'esbuild';
import type { Config } from '../config/config.ts';
import { formatDeployedConfig } from '../config/deployed-config.ts';
import { toDeployedConfig } from '../config/to-deployed-config.ts';

const PROJECT = resolve(import.meta.dirname, '..');
/** Only a name for esbuild, so that what it writes into maps is the same wherever the bundles go. */
const NOWHERE = join(PROJECT, 'bundles');

/** The entry files under `lambdas/`. */
export const FUNCTION_NAMES = [
  'create-backups',
  'follow-backups',
  'prune-backups',
  'restore-backup',
  'test-restores',
  'list-backups',
  'pin-backup',
  'report-coverage',
] as const;
export type FunctionName = (typeof FUNCTION_NAMES)[number];

/** Of every bundle. */
export const BUNDLE_HANDLER = 'index.handler';

/** How every function is bundled; benchmarks measure others' code by the same settings. */
export const BUNDLE_OPTIONS = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  outExtension: { '.js': '.mjs' },
  minify: true,
  // Packages' ES modules rather than their CommonJS: only what is used of those gets in.
  mainFields: ['module', 'main'],
  // undici's own switch for bundlers: leaves out its experimental parser.
  define: { esbuildDetection: 'true' },
  // Packages in CommonJS ask for Node's own modules by `require`.
  banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
  sourcemap: 'linked',
  sourcesContent: false,
  logLevel: 'warning',
} as const satisfies BuildOptions;

/**
 * Bundles functions as they are deployed: `<outDir>/<name>` holds `index.mjs`, its source map and the config, for people to read and the function
 * to run by. The AWS SDK is bundled too: it loads faster than the runtime's own, and its version is the one that was tested.
 *
 * The same sources and config give the same bytes, on whatever machine.
 *
 * @returns the directories by name.
 * @throws {ConfigError} a file of certificates that the config names cannot be read.
 */
export function bundleFunctions<Name extends FunctionName>(
  config: Config,
  outDir: string,
  names: readonly Name[],
): Readonly<Record<Name, string>> {
  const text = formatDeployedConfig(toDeployedConfig(config));
  const code = bundleCode(names);
  for (const name of names) {
    for (const file of code.get(name) ?? []) writeOutput(file, outDir);
  }
  const directories = names.map((name) => [name, join(outDir, name)] as const);
  for (const [, directory] of directories) writeFileSync(join(directory, 'config.json'), text);
  return Object.fromEntries(directories) as Record<Name, string>;
}

const bundled = new Map<FunctionName, readonly OutputFile[]>();

/** The code is the same whatever the config, and one process may synthesise several deployments. */
function bundleCode(names: readonly FunctionName[]): ReadonlyMap<FunctionName, readonly OutputFile[]> {
  const missing = names.filter((name) => !bundled.has(name));
  if (missing.length === 0) return bundled;
  const { outputFiles } = buildSync({
    ...BUNDLE_OPTIONS,
    absWorkingDir: PROJECT,
    // Without its ending: in a package it is JavaScript.
    entryPoints: missing.map((name) => ({ in: `./lambdas/${name}`, out: join(name, 'index') })),
    outdir: NOWHERE,
    write: false,
  });
  for (const name of missing) {
    bundled.set(
      name,
      outputFiles.filter(({ path }) => dirname(relative(NOWHERE, path)) === name),
    );
  }
  return bundled;
}

function writeOutput({ path, contents }: OutputFile, outDir: string): void {
  const target = join(outDir, relative(NOWHERE, path));
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, contents);
}
