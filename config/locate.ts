import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  parseDocument,
  visit,
} from 'yaml';

export type KeyPath = readonly (string | number)[];

export interface Place {
  readonly line: number;
  readonly column: number;
}

/** A YAML text that knows where its keys and values stand. */
export interface LocatedYaml {
  readonly document: Document.Parsed;
  /**
   * Where a key (or a scalar value) stands, lines and columns from 1. A mapping, a list or an empty value is
   * pointed at by its key, what is missing by the nearest key above it.
   */
  locate(path: KeyPath, at: 'key' | 'value'): Place;
  /** The path of the key that stands at an offset; empty if none does. */
  keyAt(offset: number): KeyPath;
  placeOf(offset: number): Place;
  /** Aliases whose anchor does not stand above them. */
  readonly danglingAliases: readonly { readonly name: string; readonly offset: number }[];
}

export function parseLocated(text: string): LocatedYaml {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placeOf = (offset: number): Place => {
    const { line, col } = lines.linePos(offset);
    return { line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  return {
    document,
    locate: (path, at) => placeOf(offsetOf(document, path, at)),
    keyAt: (offset) => keyAt(document.contents, offset) ?? [],
    placeOf,
    danglingAliases: findDanglingAliases(document),
  };
}

function findDanglingAliases(document: Document.Parsed): { name: string; offset: number }[] {
  const found: { name: string; offset: number }[] = [];
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) === undefined)
        found.push({ name: alias.source, offset: startOf(alias) ?? 0 });
    },
  });
  return found;
}

function offsetOf(document: Document.Parsed, path: KeyPath, at: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const segment of path) {
    const step = stepInto(resolve(node, document), segment);
    if (step === undefined) return offset;
    offset = step.offset ?? offset;
    node = step.value;
  }
  const isShown = isScalar(node) && node.range != null && node.range[0] < node.range[1];
  return at === 'value' && isShown ? (startOf(node) ?? offset) : offset;
}

function stepInto(
  node: unknown,
  segment: string | number,
): { offset: number | undefined; value: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => nameOf(key) === String(segment));
    return pair && { offset: startOf(pair.key), value: pair.value };
  }
  if (!isSeq(node) || !(Number(segment) in node.items)) return undefined;
  const value = node.items[Number(segment)];
  return { offset: startOf(value), value };
}

function keyAt(node: unknown, offset: number): KeyPath | undefined {
  const steps: readonly (readonly [string | number, unknown, unknown])[] = isMap(node)
    ? node.items.map((pair: Pair) => [nameOf(pair.key), pair.key, pair.value])
    : isSeq(node)
      ? node.items.map((item, index) => [index, undefined, item])
      : [];
  for (const [segment, key, value] of steps) {
    if (startOf(key ?? value) === offset || (isAlias(value) && startOf(value) === offset)) return [segment];
    const below = keyAt(value, offset);
    if (below !== undefined) return [segment, ...below];
  }
  return undefined;
}

function resolve(node: unknown, document: Document): unknown {
  return isAlias(node) ? node.resolve(document) : node;
}

function nameOf(key: unknown): string {
  return String(isScalar(key) ? key.value : key);
}

function startOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
