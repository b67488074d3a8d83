import type * as z from 'zod';
import { closest } from './closest.ts';
import type { KeyPath } from './locate.ts';

/** What is wrong with a key or a value, before it is known where in the file that stands. */
export interface Finding {
  readonly path: KeyPath;
  readonly at: 'key' | 'value';
  readonly text: string;
}

type Issue = z.core.$ZodIssue;

/** What zod found, one finding for each thing that a person would mend by itself. */
export function toFindings(issue: Issue, above: KeyPath = []): Finding[] {
  const path = [
    ...above,
    ...issue.path.map((segment) => (typeof segment === 'symbol' ? String(segment) : segment)),
  ];
  switch (issue.code) {
    case 'unrecognized_keys': {
      const texts = issue.message.split('\n');
      return issue.keys.map((key, index) => ({
        path: [...path, key],
        at: 'key',
        text: texts[index] ?? issue.message,
      }));
    }
    case 'invalid_key':
      return issue.issues.map(({ message }) => ({ path, at: 'key', text: message }));
    case 'invalid_union':
      return likeliest(issue.errors)?.flatMap((inner) => toFindings(inner, path)) ?? [asFinding(issue, path)];
    default:
      return [asFinding(issue, path)];
  }
}

function asFinding(issue: Issue, path: KeyPath): Finding {
  return { path, at: 'value', text: issue.message };
}

/** The alternative that was meant: of the right kind and with fewer issues than all others. */
function likeliest(alternatives: readonly (readonly Issue[])[]): readonly Issue[] | undefined {
  const [best, second] = alternatives
    .filter((issues) => !issues.some(isOfWrongKind))
    .toSorted((a, b) => a.length - b.length);
  return best !== undefined && best.length < (second?.length ?? Number.POSITIVE_INFINITY) ? best : undefined;
}

function isOfWrongKind({ path, code }: Issue): boolean {
  return path.length === 0 && (code === 'invalid_type' || code === 'invalid_value');
}

/** Leaves out what follows from another finding: where a key is misspelt, its mapping may seem to say nothing. */
export function withoutConsequences(findings: readonly Finding[]): Finding[] {
  const misspelt = new Set(
    findings.filter(({ at }) => at === 'key').map(({ path }) => path.slice(0, -1).join('\n')),
  );
  return findings.filter(({ at, path }) => at === 'key' || !misspelt.has(path.join('\n')));
}

/** What only shows when the parts of a config are seen together. Looks at the raw config, so that it finds them beside others. */
export function findContradictions(raw: unknown): Finding[] {
  const cloudMappings = asMapping(asMapping(raw).clouds);
  const clouds = Object.keys(cloudMappings);
  const policies = Object.entries(asMapping(asMapping(raw).policies));
  return [
    ...policies.flatMap(([name, policy]) => findUndefinedCloud(name, asMapping(policy).cloud, clouds)),
    ...policies.flatMap(([name, policy]) => findUntestable(name, asMapping(policy), cloudMappings)),
    ...findFormerClashes(policies.map(([name, policy]) => [name, asMapping(policy).formerly])),
  ];
}

function findUndefinedCloud(policy: string, cloud: unknown, clouds: readonly string[]): Finding[] {
  if (typeof cloud !== 'string' || cloud === '' || clouds.includes(cloud)) return [];
  const near = closest(cloud, clouds);
  const right =
    near === undefined
      ? `should be one of ${clouds.join(', ') || '(none is defined)'}`
      : `did you mean ${near}?`;
  return [
    {
      path: ['policies', policy, 'cloud'],
      at: 'value',
      text: `is "${cloud}", which clouds does not define; ${right}`,
    },
  ];
}

/** A cloud with a credential for each operation, and none to restore with. */
function findUntestable(
  policy: string,
  { cloud, restoreTests }: Readonly<Record<string, unknown>>,
  clouds: Readonly<Record<string, unknown>>,
): Finding[] {
  const { read, restore } = asMapping(asMapping(clouds[String(cloud)]).auth);
  if (restoreTests === undefined || read === undefined || restore !== undefined) return [];
  const text = `cannot be done, as clouds.${String(cloud)}.auth has no restore; should be left out, or that be given`;
  return [{ path: ['policies', policy, 'restoreTests'], at: 'value', text }];
}

/** One name has one owner, or a backup would be judged by two policies. */
function findFormerClashes(policies: readonly (readonly [name: string, formerly: unknown])[]): Finding[] {
  const owners = new Map(policies.map(([name]) => [name, 'the name of a policy']));
  const findings: Finding[] = [];
  for (const [policy, formerly] of policies) {
    for (const [index, name] of (Array.isArray(formerly) ? formerly : []).entries()) {
      const path = ['policies', policy, 'formerly', index];
      const owner = owners.get(name);
      if (owner !== undefined) {
        findings.push({
          path,
          at: 'value',
          text: `is "${name}", ${owner}; should be a name that no other policy has or had`,
        });
      }
      owners.set(name, owner ?? `also a former name of ${policy}`);
    }
  }
  return findings;
}

function asMapping(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
