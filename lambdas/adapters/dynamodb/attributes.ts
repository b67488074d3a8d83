import type { AttributeValue } from '@aws-sdk/client-dynamodb';

/** An item as DynamoDB's wire format has it. */
export type Item = Readonly<Record<string, AttributeValue>>;

/**
 * Turns plain fields into attributes: text, finite numbers, booleans, instants (as ISO text), and maps and lists of these. A field that is
 * `undefined` is left out.
 *
 * @throws {TypeError} any other value.
 */
export function toAttributes(fields: object): Item {
  const attributes: [string, AttributeValue][] = [];
  for (const [name, value] of Object.entries(fields)) {
    if (value !== undefined) attributes.push([name, toAttribute(value, name)]);
  }
  return Object.fromEntries(attributes);
}

/** The inverse of `toAttributes`, but that instants stay text. @throws {TypeError} a type that it never writes. */
export function fromAttributes(item: Item): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(item).map(([name, attribute]) => [name, fromAttribute(attribute, name)]),
  );
}

/**
 * ISO text with milliseconds and `Z`: as text it sorts in time order.
 *
 * @throws {RangeError} outside of the years 0 to 9999, whose text would not.
 */
export function toInstantText(instant: Date): string {
  const text = instant.toISOString();
  if (text.length !== 'yyyy-mm-ddThh:mm:ss.sssZ'.length) {
    throw new RangeError(`write instant ${text}: only the years 0 to 9999 can be kept in order`);
  }
  return text;
}

function toAttribute(value: unknown, name: string): AttributeValue {
  if (typeof value === 'string') return { S: value };
  if (typeof value === 'number' && Number.isFinite(value)) return { N: String(value) };
  if (typeof value === 'boolean') return { BOOL: value };
  if (value instanceof Date) return { S: toInstantText(value) };
  if (Array.isArray(value)) return { L: value.map((element) => toAttribute(element, name)) };
  if (typeof value === 'object' && value !== null) {
    return { M: toAttributes(value) };
  }
  throw new TypeError(`write attribute ${name}: no attribute type for ${String(value)}`);
}

function fromAttribute(attribute: AttributeValue, name: string): unknown {
  if (attribute.S !== undefined) return attribute.S;
  if (attribute.N !== undefined) return Number(attribute.N);
  if (attribute.BOOL !== undefined) return attribute.BOOL;
  if (attribute.M !== undefined) return fromAttributes(attribute.M);
  if (attribute.L !== undefined) return attribute.L.map((element) => fromAttribute(element, name));
  throw new TypeError(`read attribute ${name}: unexpected type ${Object.keys(attribute).join()}`);
}
