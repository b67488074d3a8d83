import { pythonRepr, pythonText } from './cloud-text.ts';
import { badRequest } from './errors.ts';

/** The part of JSON Schema that Cinder's request schemas use; keywords are checked in this order. */
export interface Schema {
  readonly oneOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly type?: string | readonly string[];
  /** What one of Cinder's own formats refuses, in words of its own. @throws {Refusal} */
  readonly check?: (value: unknown) => void;
  readonly enum?: readonly unknown[];
  readonly format?: 'uuid';
  readonly pattern?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly patternProperties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean;
  readonly minProperties?: number;
  readonly maxProperties?: number;
}

export interface Problem {
  readonly path: readonly string[];
  readonly value: unknown;
  readonly message: string;
}

/**
 * Refuses a body that does not fit, with the words of Python's jsonschema as Cinder passes them on.
 *
 * @throws {Refusal} 400 `Invalid input for field/attribute name. Value: 5. 5 is not of type 'string', 'null'`
 * @see cinder/api/validation/validators.py _SchemaValidator.validate; texts observed on Cinder 21.3.1 (Zed)
 */
export function validateBody(body: unknown, schema: Schema): void {
  const problem = findProblem(body, schema);
  if (problem === undefined) return;
  const field = problem.path.at(-1);
  if (field === undefined) throw badRequest(problem.message);
  throw badRequest(
    `Invalid input for field/attribute ${field}. Value: ${pythonText(problem.value)}. ${problem.message}`,
  );
}

/** The first thing that does not fit, and where it stands. */
export function findProblem(body: unknown, schema: Schema): Problem | undefined {
  const [problem] = problemsOf(body, schema, []);
  return problem;
}

function* problemsOf(value: unknown, schema: Schema, path: readonly string[]): Generator<Problem> {
  const problem = (message: string): Problem => ({ path, value, message });
  const shown = () => pythonRepr(value);
  const fitsNone = (choice: readonly Schema[] | undefined): boolean =>
    choice?.every((one) => !problemsOf(value, one, path).next().done) ?? false;
  if (fitsNone(schema.oneOf)) yield problem(`${shown()} is not valid under any of the given schemas`);
  if (schema.type !== undefined) {
    const types = [schema.type].flat();
    if (!types.some((type) => isOfType(value, type))) {
      yield problem(`${shown()} is not of type ${types.map((type) => `'${type}'`).join(', ')}`);
    }
  }
  schema.check?.(value);
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    yield problem(`${shown()} is not one of ${pythonRepr(schema.enum)}`);
  }
  if (typeof value === 'string') yield* textProblems(value, schema, problem);
  if (typeof value === 'number' && schema.minimum !== undefined && value < schema.minimum) {
    yield problem(`${shown()} is less than the minimum of ${schema.minimum}`);
  }
  if (Array.isArray(value) && schema.items !== undefined) {
    for (const [at, item] of value.entries()) yield* problemsOf(item, schema.items, [...path, String(at)]);
  }
  if (isObject(value)) yield* objectProblems(value, schema, path, problem);
  if (fitsNone(schema.anyOf)) yield problem(`${shown()} is not valid under any of the given schemas`);
}

function* textProblems(
  text: string,
  schema: Schema,
  problem: (message: string) => Problem,
): Generator<Problem> {
  const shown = () => pythonRepr(text);
  if (schema.format === 'uuid' && !isUuidLike(text)) yield problem(`${shown()} is not a 'uuid'`);
  if (schema.pattern !== undefined && !expressionOf(schema.pattern).test(text)) {
    yield problem(`${shown()} does not match ${pythonRepr(schema.pattern)}`);
  }
  if (schema.minLength === undefined && schema.maxLength === undefined) return;
  const length = characterCount(text);
  if (schema.minLength !== undefined && length < schema.minLength) yield problem(`${shown()} is too short`);
  if (schema.maxLength !== undefined && length > schema.maxLength) yield problem(`${shown()} is too long`);
}

function* objectProblems(
  object: Readonly<Record<string, unknown>>,
  schema: Schema,
  path: readonly string[],
  problem: (message: string) => Problem,
): Generator<Problem> {
  const { properties = {} } = schema;
  for (const name in properties) {
    const property = properties[name];
    if (property !== undefined && Object.hasOwn(object, name))
      yield* problemsOf(object[name], property, [...path, name]);
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(object, name)) yield problem(`${pythonRepr(name)} is a required property`);
  }
  const patterns = Object.entries(schema.patternProperties ?? {});
  for (const [pattern, property] of patterns) {
    for (const [name, item] of Object.entries(object)) {
      if (expressionOf(pattern).test(name)) yield* problemsOf(item, property, [...path, name]);
    }
  }
  if (schema.additionalProperties === false) yield* additionalProblems(object, schema, patterns, problem);
  const { minProperties = 0, maxProperties = Number.POSITIVE_INFINITY } = schema;
  const count = Object.keys(object).length;
  if (count < minProperties) yield problem(`${pythonRepr(object)} does not have enough properties`);
  if (count > maxProperties) yield problem(`${pythonRepr(object)} has too many properties`);
}

function* additionalProblems(
  object: Readonly<Record<string, unknown>>,
  schema: Schema,
  patterns: readonly (readonly [string, Schema])[],
  problem: (message: string) => Problem,
): Generator<Problem> {
  const extras = Object.keys(object).filter(
    (name) =>
      !Object.hasOwn(schema.properties ?? {}, name) &&
      !patterns.some(([pattern]) => expressionOf(pattern).test(name)),
  );
  if (extras.length === 0) return;
  const shown = extras.toSorted().map(pythonRepr).join(', ');
  if (patterns.length > 0) {
    const regexes = patterns.map(([pattern]) => pythonRepr(pattern)).join(', ');
    yield problem(`${shown} ${extras.length === 1 ? 'does' : 'do'} not match any of the regexes: ${regexes}`);
  } else {
    const verb = extras.length === 1 ? 'was' : 'were';
    yield problem(`Additional properties are not allowed (${shown} ${verb} unexpected)`);
  }
}

const expressions = new Map<string, RegExp>();

function expressionOf(pattern: string): RegExp {
  const expression = expressions.get(pattern) ?? new RegExp(pattern);
  expressions.set(pattern, expression);
  return expression;
}

/** Characters as Python counts them, so that one outside the basic plane is one. */
const characterCount = (text: string): number => Array.from(text).length;

function isOfType(value: unknown, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'object') return isObject(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const PLAIN_UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Case does not matter and the hyphens may be missing (oslo_utils.uuidutils.is_uuid_like). */
export function isUuidLike(text: string): boolean {
  if (PLAIN_UUID.test(text)) return true;
  const bare = text
    .replaceAll('urn:', '')
    .replaceAll('uuid:', '')
    .replace(/^\{+|\}+$/g, '')
    .replaceAll('-', '');
  return /^[0-9a-f]{32}$/i.test(bare);
}

const TRUE_TEXTS = ['True', 'TRUE', 'true', '1', 'ON', 'On', 'on', 'YES', 'Yes', 'yes', 'y', 't'];
const FALSE_TEXTS = ['False', 'FALSE', 'false', '0', 'OFF', 'Off', 'off', 'NO', 'No', 'no', 'n', 'f'];

/** The types that Cinder's schemas share (cinder/api/validation/parameter_types.py). */
export const TYPES = {
  boolean: { type: ['boolean', 'string'], enum: [true, ...TRUE_TEXTS, false, ...FALSE_TEXTS] },
  uuid: { type: 'string', format: 'uuid' },
  uuidOrNull: { oneOf: [{ type: 'string', format: 'uuid' }, { type: 'null' }] },
  text: { type: ['string', 'null'], minLength: 0, maxLength: 255 },
  zone: { type: ['string', 'null'], minLength: 1, maxLength: 255 },
  metadata: {
    type: 'object',
    patternProperties: { '^[a-zA-Z0-9-_:. /]{1,255}$': { type: 'string', maxLength: 255 } },
    additionalProperties: false,
  },
  metadataOrNull: {
    type: ['object', 'null'],
    patternProperties: { '^[a-zA-Z0-9-_:. /]{1,255}$': { type: 'string', maxLength: 255 } },
    additionalProperties: false,
  },
} as const satisfies Record<string, Schema>;

/** A boolean that may be one of the words above. */
export function isTruthy(value: unknown): boolean {
  return value === true || (typeof value === 'string' && TRUE_TEXTS.includes(value));
}

/** A text with the white space around it taken away, as Cinder stores names; `null` stays. */
export function trimmed(value: unknown): string | null {
  return typeof value === 'string' ? value.trim() : null;
}

/** The column with the text of the first of these keys that the body has; nothing when it has none. */
export function textAsked<Column extends 'name' | 'description'>(
  column: Column,
  asked: Readonly<Record<string, unknown>>,
  keys: readonly string[],
): Partial<Record<Column, string | null>> {
  const key = keys.find((one) => Object.hasOwn(asked, one));
  return key === undefined ? {} : ({ [column]: trimmed(asked[key]) } as Record<Column, string | null>);
}
