import { readFileSync } from 'node:fs';
import type { YAMLError } from 'yaml';
import type { CloudBounds, Deployment } from '../lambdas/domain/deployment.ts';
import type { Policy, RestoreTests } from '../lambdas/domain/policy.ts';
import type { CloudAuth } from './auth-schema.ts';
import { type AwsSettings, toAwsSettings } from './aws-settings.ts';
import { ConfigError, type ConfigProblem } from './errors.ts';
import { type LocatedYaml, parseLocated } from './locate.ts';
import type { PolicySettings } from './policy-schema.ts';
import { type Finding, findContradictions, toFindings, withoutConsequences } from './problems.ts';
import type { RestoreTestSettings } from './restore-tests-schema.ts';
import { type ConfigInput, type ConfigSettings, configSchema } from './schema.ts';

export type { CloudAuth } from './auth-schema.ts';
export type { AwsSettings } from './aws-settings.ts';
export { ConfigError } from './errors.ts';
export type { ConfigInput } from './schema.ts';

/** Of tests of random backups. */
const DEFAULT_WITHIN_MS = 30 * 86_400_000;

/** How a cloud is reached, and how hard it may be worked. */
export interface CloudSettings {
  readonly name: string;
  readonly auth: CloudAuth;
  readonly region?: string;
  readonly interface: 'public' | 'internal' | 'admin';
  /** Path of a PEM file, relative to the working directory. */
  readonly ca?: string;
  readonly proxy?: string;
  readonly limits: {
    readonly inFlight: number | 'unlimited';
    readonly restoresInFlight: number | 'unlimited';
    readonly requestsPerSecond: number;
    readonly stuckAfterMs: number;
  };
}

export interface Config {
  readonly deployment: Deployment;
  /** The same names as in `deployment.clouds`. */
  readonly clouds: ReadonlyMap<string, CloudSettings>;
  readonly aws: AwsSettings;
}

/**
 * Reads and checks a config file.
 *
 * @throws {ConfigError} with everything that is wrong in it, or why it cannot be read.
 */
export function loadConfig(path: string): Config {
  return parseConfig(readText(path), path);
}

/**
 * Checks the text of a config file; `fileName` is only for messages.
 *
 * @throws {ConfigError} with everything that is wrong in it.
 */
export function parseConfig(text: string, fileName: string): Config {
  const yaml = parseLocated(text.replace(/^\uFEFF/, ''));
  const raw = readMapping(yaml, fileName);
  return checkConfig(raw, (findings) => {
    throw new ConfigError(fileName, inFileOrder(findings.map((finding) => toProblem(yaml, finding))));
  });
}

/**
 * Checks a config that is written in code rather than in a file: the same keys, in the same form.
 *
 * @throws {ConfigError} with everything that is wrong in it.
 */
export function defineConfig(settings: ConfigInput): Config {
  return checkConfig(settings, (findings) => {
    const problems = findings.map(({ path, text }) => ({ key: path.join('.'), text }));
    throw new ConfigError('config', problems);
  });
}

function checkConfig(raw: unknown, refuse: (findings: readonly Finding[]) => never): Config {
  const parsed = configSchema.safeParse(raw);
  const issues = parsed.error?.issues ?? [];
  const findings = withoutConsequences([
    ...issues.flatMap((issue) => toFindings(issue)),
    ...findContradictions(raw),
  ]);
  return parsed.success && findings.length === 0 ? toConfig(parsed.data) : refuse(findings);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    const why = READ_FAILURES[code] ?? `cannot be read (${code}); should be a config file`;
    throw new ConfigError(path, [{ key: '', text: why }], { cause });
  }
}

const READ_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'no such file; should be the path of a config file, by default config/policies.yaml',
  EISDIR: 'is a directory; should be a config file',
  EACCES: 'may not be read; should be a config file that this user can read',
};

function readMapping(yaml: LocatedYaml, fileName: string): unknown {
  const { document } = yaml;
  const faults = [
    ...[...document.errors, ...document.warnings].map((fault) => toFault(yaml, fault)),
    ...yaml.danglingAliases.map(({ name, offset }): ConfigProblem => {
      const text = `is not YAML: *${name} refers to nothing; should be an alias of an anchor &${name} above it`;
      return { ...yaml.placeOf(offset), key: yaml.keyAt(offset).join('.'), text };
    }),
  ];
  if (faults.length > 0) throw new ConfigError(fileName, inFileOrder(faults));
  const raw = toPlain(yaml, fileName);
  if (typeof raw === 'object' && raw !== null && !Array.isArray(raw)) return raw;
  const text = raw === null || raw === undefined ? 'is empty' : 'is not a mapping';
  const right = 'should be a mapping of version, deployment, clouds and policies';
  throw new ConfigError(fileName, [{ ...yaml.placeOf(0), key: '', text: `${text}; ${right}` }]);
}

function toFault(yaml: LocatedYaml, { code, message, pos }: YAMLError): ConfigProblem {
  const texts: Partial<Record<string, string>> = {
    DUPLICATE_KEY: 'is there twice; should be there once',
    MULTIPLE_DOCS: 'has several YAML documents; should be one',
  };
  const text =
    texts[code] ?? `is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}; should be YAML 1.2`;
  return { ...yaml.placeOf(pos[0]), key: yaml.keyAt(pos[0]).join('.'), text };
}

function toPlain(yaml: LocatedYaml, fileName: string): unknown {
  try {
    return yaml.document.toJS();
  } catch (cause) {
    // Aliases of aliases of aliases, which would unfold almost without end.
    if (!(cause instanceof ReferenceError)) throw cause;
    const text = 'has too many aliases; should have fewer';
    throw new ConfigError(fileName, [{ key: '', text }], { cause });
  }
}

function toProblem(yaml: LocatedYaml, { path, at, text }: Finding): ConfigProblem {
  return { ...yaml.locate(path, at), key: path.join('.'), text };
}

function inFileOrder(problems: readonly ConfigProblem[]): ConfigProblem[] {
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0));
}

function toConfig(settings: ConfigSettings): Config {
  const clouds = mapEntries(settings.clouds, toCloudSettings);
  const bounds = mapEntries(settings.clouds, (name, { limits }): CloudBounds => {
    const { inFlight, restoresInFlight, stuckAfter } = limits;
    return { name, inFlight, restoresInFlight, stuckAfterMs: stuckAfter };
  });
  const policies = mapEntries(settings.policies, toPolicy);
  return {
    deployment: { name: settings.deployment, clouds: bounds, policies },
    clouds,
    aws: toAwsSettings(settings.deployment, settings.aws),
  };
}

function toCloudSettings(name: string, { limits, ...rest }: ConfigSettings['clouds'][string]): CloudSettings {
  const { stuckAfter, ...others } = limits;
  return { ...rest, name, limits: { ...others, stuckAfterMs: stuckAfter } };
}

function toPolicy(name: string, settings: PolicySettings): Policy {
  const { schedule, chain, rpo, restoreTests, container, ...same } = settings;
  const { maxAge, ...chainRest } = chain;
  return {
    ...same,
    name,
    schedule: {
      cron: schedule.cron,
      timezone: schedule.timezone,
      windowMs: schedule.window,
      makeUpMs: schedule.makeUp,
    },
    chain: { ...chainRest, ...(maxAge && { maxAge }) },
    ...(rpo !== undefined && { rpoMs: rpo }),
    ...(restoreTests && { restoreTests: toRestoreTests(restoreTests, schedule.timezone) }),
    ...(container !== null && { container }),
  };
}

function toRestoreTests(settings: RestoreTestSettings, timezone: string): RestoreTests {
  const { schedule, pick, within = DEFAULT_WITHIN_MS, volumes, maxAge, hook } = settings;
  return {
    schedule: { timezone, ...schedule },
    pick: pick === 'latest' ? { kind: 'latest' } : { kind: 'random', withinMs: within },
    volumes,
    ...(maxAge !== undefined && { maxAgeMs: maxAge }),
    ...(hook && { hook }),
  };
}

function mapEntries<From, To>(
  from: Readonly<Record<string, From>>,
  map: (name: string, value: From) => To,
): Map<string, To> {
  return new Map(Object.entries(from).map(([name, value]) => [name, map(name, value)]));
}
