const FORMATTED_MAX = 5000;
const formatted = new Map<number, string>();

/**
 * An instant as Cinder's views show it: UTC without a zone, microseconds that are always zero
 * (`2026-11-23T14:46:23.000000`).
 *
 * @see cinder/api/openstack/wsgi.py JSONDictSerializer; observed on Cinder 21.3.1 (Zed)
 */
export function formatStamp(epochSeconds: number): string {
  let text = formatted.get(epochSeconds);
  if (text === undefined) {
    if (formatted.size >= FORMATTED_MAX) formatted.clear();
    text = `${new Date(epochSeconds * 1000).toISOString().slice(0, 19)}.000000`;
    formatted.set(epochSeconds, text);
  }
  return text;
}

export function formatStampOrNull(epochSeconds: number | null): string | null {
  return epochSeconds === null ? null : formatStamp(epochSeconds);
}

/** An instant as Keystone's tokens and Cinder's exported records show it, up to the second and with a `Z`. */
export function formatZuluStamp(epochSeconds: number | null): string | null {
  return epochSeconds === null ? null : `${formatStamp(epochSeconds).slice(0, 19)}Z`;
}

/**
 * A value as Python's `repr` prints it, since Cinder's schema messages quote the request that way:
 * `{'name': 'x', 'force': True, 'container': None}`.
 */
export function pythonRepr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (typeof value === 'string') return pythonString(value);
  if (Array.isArray(value)) return `[${value.map(pythonRepr).join(', ')}]`;
  if (typeof value === 'object') {
    return `{${Object.entries(value)
      .map(([key, item]) => `${pythonString(key)}: ${pythonRepr(item)}`)
      .join(', ')}}`;
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return String(value);
}

/** A value as Python's `str` prints it: a string bare, everything else as `repr`. */
export function pythonText(value: unknown): string {
  return typeof value === 'string' ? value : pythonRepr(value);
}

function pythonString(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t');
  return quote + (quote === "'" ? escaped.replaceAll("'", "\\'") : escaped) + quote;
}
