import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Which layer may import what; the longest matching prefix of a file's path is its layer. `npm` and `node` stand for packages and for
 * Node's own modules.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'lambdas/domain': ['lambdas/domain'],
  'lambdas/app': ['lambdas/app', 'lambdas/domain'],
  'lambdas/adapters/cinder': [
    'lambdas/adapters/cinder',
    'lambdas/app/ports.ts',
    'lambdas/domain',
    'npm',
    'node',
  ],
  'lambdas/adapters/dynamodb': [
    'lambdas/adapters/dynamodb',
    'lambdas/app/ports.ts',
    'lambdas/domain',
    'npm',
    'node',
  ],
  'lambdas/adapters/secrets': ['lambdas/adapters/secrets', 'npm'],
  'lambdas/adapters/hooks': [
    'lambdas/adapters/hooks',
    'lambdas/app/ports.ts',
    'lambdas/domain',
    'npm',
    'node',
  ],
  'lambdas/adapters/memory': ['lambdas/adapters/memory', 'lambdas/app/ports.ts', 'lambdas/domain'],
  'lambdas/runtime': [
    'lambdas/runtime',
    'lambdas/app',
    'lambdas/domain',
    'lambdas/adapters',
    'config',
    'npm',
    'node',
  ],
  lambdas: ['lambdas/app', 'lambdas/runtime'],
  config: ['config', 'lambdas/domain', 'npm', 'node'],
  lib: ['lib', 'lambdas/runtime/settings.ts', 'lambdas/domain', 'config', 'npm', 'node'],
  local: ['local', 'lambdas', 'lib/table-definition.ts', 'config', 'npm', 'node'],
  bin: ['bin', 'lib', 'local', 'lambdas', 'config', 'npm', 'node'],
  test: ['test', 'bin', 'lib', 'local', 'lambdas', 'config', 'package.json', 'npm', 'node'],
};

const LAYERS = Object.keys(MAY_IMPORT).sort((a, b) => b.length - a.length);
const files = globSync('{bin,lib,lambdas,local,config,test}/**/*.ts').filter(
  (file) => !file.endsWith('.d.ts'),
);

/** Cinder's own words that are values of ours too, and the keys of the CLI's public JSON, which are spelt as OpenStack spells them. */
const COMMON_WORDS = new Set([
  'error_deleting',
  'volume_id',
  'created_at',
  'backups_links',
  'auth_url',
  'project_name',
  'region_name',
  'user_domain_name',
  'project_domain_name',
  // Node's own names for the parts of its heap.
  'space_name',
  'space_size',
]);

describe('imports only what its layer may', () => {
  it.each(files)('%s', (file) => {
    const layer = layerOf(file);
    expect(layer).toBeDefined();
    const forbidden = importsOf(textOf(file))
      .map((specifier) => targetOf(file, specifier))
      .filter((target) => !mayImport(layer ?? '', target));
    expect(forbidden, `${layer} may import ${MAY_IMPORT[layer ?? '']?.join(', ')}`).toEqual([]);
  });
});

describe('is told the time, never asks for it', () => {
  it.each(files.filter((file) => /^lambdas\/(domain|app)\//.test(file)))('%s', (file) => {
    expect(textOf(file)).not.toMatch(
      /new Date\(\)|Date\.now\(|performance\.now|setTimeout|setInterval|Math\.random/,
    );
  });
});

describe('leaves the environment to settings.ts', () => {
  const others = files.filter((file) => file !== 'lambdas/runtime/settings.ts' && layerOf(file) !== 'test');
  it.each(others)('%s', (file) => {
    expect(textOf(file)).not.toMatch(/process\.env/);
  });
});

describe('keeps the wire names of OpenStack to its adapter', () => {
  const others = files.filter(
    (file) => !/^(lambdas\/adapters\/cinder|local\/embedded-cloud|local\/demo-events|test)/.test(file),
  );
  it.each(others)('%s', (file) => {
    const code = textOf(file).replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$|'[^'\n]*'|`[^`]*`/gm, '');
    const names = code.match(/\b[a-z]+_[a-z_]+\b/g) ?? [];
    expect(names.filter((name) => !COMMON_WORDS.has(name))).toEqual([]);
  });
});

describe('the tree', () => {
  it('names no machine and no registry host', () => {
    const lock = readFileSync('package-lock.json', 'utf8');
    expect(lock).not.toMatch(/"resolved": *"http/);
  });

  it('has an existing file behind every relative import', () => {
    const missing = files.flatMap((file) =>
      importsOf(textOf(file))
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => normalize(join(dirname(file), specifier)))
        .filter((target) => !existsSync(target)),
    );
    expect(missing).toEqual([]);
  });
});

function textOf(file: string): string {
  return readFileSync(file, 'utf8');
}

function layerOf(path: string): string | undefined {
  return LAYERS.find((layer) => path === layer || path.startsWith(`${layer}/`));
}

function importsOf(text: string): string[] {
  const statements = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\b[^;'"]*?\bfrom\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)import\s+['"]([^'"]+)['"]/g,
  );
  return Array.from(statements, ([, from, dynamic, bare]) => from ?? dynamic ?? bare ?? '');
}

/** A path of the project, `node` or `npm`. */
function targetOf(file: string, specifier: string): string {
  if (specifier.startsWith('node:')) return 'node';
  return specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : 'npm';
}

function mayImport(layer: string, target: string): boolean {
  return (MAY_IMPORT[layer] ?? []).some((allowed) => target === allowed || target.startsWith(`${allowed}/`));
}
