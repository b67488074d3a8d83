/**
 * Replaces what differs from run to run: addresses, ids, stamps, tokens. Ids that were given a name get that one, so that a
 * difference of one answer does not shift the names in all that follow.
 */
export class Names {
  readonly #names = new Map<string, string>();

  call(value: string, name: string): void {
    if (value !== '' && !this.#names.has(value)) this.#names.set(value, `<${name}>`);
  }

  isCalled(value: string): boolean {
    return this.#names.has(value);
  }

  /** A JSON value with every text in it, keys too, made the same in each run. */
  replaceIn(value: unknown, key = ''): unknown {
    if (typeof value === 'string') return this.#replaceText(value, key);
    if (Array.isArray(value))
      return inOrder(
        key,
        value.map((item) => this.replaceIn(item, key)),
      );
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, item]) => [this.replace(name), this.replaceIn(item, name)]),
    );
  }

  #replaceText(text: string, key: string): unknown {
    if (key === 'backup_url') return this.replaceIn(readRecord(text));
    if (HOSTS.has(key)) return '<host>';
    if (key === 'audit_ids') return '<audit id>';

    return this.replace(text);
  }

  replace(text: string): string {
    let replaced = text.replace(DRIVER_CONTAINER, '<container of>$1');
    for (const [value, name] of this.#names) replaced = replaced.replaceAll(value, name);
    for (const [pattern, name] of PATTERNS) replaced = replaced.replaceAll(pattern, name);
    return replaced;
  }
}

/** Where machines are named. */
const HOSTS = new Set(['host', 'os-vol-host-attr:host', 'host_name']);

/** The POSIX driver puts a backup into `46/bc/46bc0983-…` when it is told no container. */
const DRIVER_CONTAINER = /(?<=^|")[0-9a-f]{2}\/[0-9a-f]{2}\/([0-9a-f]{8}-[0-9a-f-]{27})/g;

const PATTERNS: readonly (readonly [RegExp, string])[] = [
  [/\breq-[0-9a-f]{8}-[0-9a-f-]{27}\b/g, '<request>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>'],
  [/\b[0-9a-f]{32}\b/g, '<id>'],
  [/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(?=\.\d|Z|$|")/g, '<stamp>'],
  [/_20\d{12}_/g, '_<stamp>_'],
  [/\bgAAAAAB[\w-]+/g, '<token>'],
];

/** A record is base64 of JSON; decoded, the ids in it can be named. */
function readRecord(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64').toString('utf8'));
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** Lists whose order says nothing, by what their items are called. */
const UNORDERED: Readonly<Record<string, readonly string[]>> = {
  roles: ['name'],
  catalog: ['type'],
  endpoints: ['interface'],
  methods: [],
  projects: ['name'],
  users: ['name'],
  role_assignments: ['role'],
  application_credentials: ['name'],
  access_rules: ['path'],
  services: ['binary'],
};

/** Besides Keystone and Cinder, a catalog lists what its operator put there. */
const SERVICES = ['identity', 'volumev3', 'block-storage'];

function inOrder(key: string, listed: unknown[]): unknown[] {
  const items =
    key === 'catalog' ? listed.filter((one) => SERVICES.includes((one as { type: string }).type)) : listed;
  const by = UNORDERED[key];
  if (by === undefined) return items;
  const rankOf = (item: unknown): string =>
    JSON.stringify(by.map((name) => (item as Readonly<Record<string, unknown>>)[name])) +
    JSON.stringify(item);
  return items.toSorted((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1));
}
