import { type Item, toInstantText } from './attributes.ts';

/** One sentence on the item as it is stored; a write whose sentence is false writes nothing. */
export interface Condition {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Item;
}

/** Nothing is stored under this key. */
export const isAbsent: Condition = sentence('attribute_not_exists(#pk)', { '#pk': 'pk' });

export const isThere: Condition = sentence('attribute_exists(#pk)', { '#pk': 'pk' });

export function stillHasVersion(version: number): Condition {
  return sentence('#version = :version', { '#version': 'version' }, { ':version': { N: String(version) } });
}

export function isInState(...states: readonly string[]): Condition {
  const values = Object.fromEntries(states.map((state) => [`:${state}`, { S: state }]));
  return sentence(`#state IN (${Object.keys(values).join(', ')})`, { '#state': 'state' }, values);
}

export function isStillToBeDecidedAt(decideAt: Date): Condition {
  return sentence(
    '#decideAt = :seenAt',
    { '#decideAt': 'decideAt' },
    { ':seenAt': { S: toInstantText(decideAt) } },
  );
}

/** It is there, and nothing is foreseen for it. */
export const isNotToBeDecided: Condition = sentence(
  'attribute_exists(#pk) AND attribute_not_exists(#decideAt)',
  { '#pk': 'pk', '#decideAt': 'decideAt' },
);

export function isOwnedBy(owner: string): Condition {
  return sentence('#owner = :owner', { '#owner': 'owner' }, { ':owner': { S: owner } });
}

/** The lease ran out: its end is `now` or earlier. */
export function isOverAt(now: Date): Condition {
  return sentence('#until <= :now', { '#until': 'until' }, { ':now': { S: toInstantText(now) } });
}

export function anyOf(...conditions: readonly Condition[]): Condition {
  return {
    expression: conditions.map((condition) => condition.expression).join(' OR '),
    names: Object.assign({}, ...conditions.map((condition) => condition.names)),
    values: Object.assign({}, ...conditions.map((condition) => condition.values)),
  };
}

function sentence(expression: string, names: Readonly<Record<string, string>>, values: Item = {}): Condition {
  return { expression, names, values };
}
