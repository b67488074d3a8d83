import { Agent, fetch, type Headers, type Response } from 'undici';
import type { Backend, Login } from './backend.ts';
import { COMPARED_HEADERS, type RecordedExchange } from './exchange.ts';
import { Names } from './names.ts';
import { PEOPLE, type Somebody } from './people.ts';
import type { Answered, Asked, Script, Stage, Who } from './script.ts';

/** Looks that are taken at what is under way before it counts as stuck. */
const LOOKS_MAX = 900;

/** Plays a script on a cloud; returns what was said. */
export async function play(script: Script, backend: Backend): Promise<RecordedExchange[]> {
  const stage = new RecordingStage(backend);
  try {
    await stage.open();
    await script.play(stage);
    return stage.transcript;
  } finally {
    await stage.close();
  }
}

class RecordingStage implements Stage {
  readonly transcript: RecordedExchange[] = [];
  readonly #backend: Backend;
  readonly #names = new Names();
  readonly #logins = new Map<Who, Login>();
  /** Always the same, and so the same process of a real API, which remembers other tokens than its siblings. */
  readonly #connection = new Agent({ connections: 1 });

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  async open(): Promise<void> {
    const { cinderRoot, keystoneRoot } = this.#backend;
    for (const who of PEOPLE) {
      const login = await this.#backend.people.logIn(who);
      this.#logins.set(who, login);
      this.call(login.userId, `user ${who}`);
    }
    this.call(this.projectId, 'project');
    this.call(this.otherProjectId, 'other project');
    this.call(this.#loginOf('cloudadmin').projectId, 'admin project');
    this.call(this.run, 'run');
    this.call(keystoneRoot, 'keystone');
    this.call(cinderRoot, 'cinder');
  }

  close(): Promise<void> {
    return this.#connection.destroy();
  }

  get run(): string {
    return this.#backend.run;
  }

  get projectId(): string {
    return this.#loginOf('member').projectId;
  }

  get otherProjectId(): string {
    return this.#loginOf('other').projectId;
  }

  userIdOf = (who: Somebody): string => this.#loginOf(who).userId;
  passwordOf = (who: Somebody) => this.#backend.people.passwordOf(who);

  #loginOf(who: Somebody): Login {
    const login = this.#logins.get(who);
    if (login === undefined) throw new Error(`nobody has logged in as ${who}`);
    return login;
  }

  call(id: string, name: string): void {
    this.#names.call(id, name);
  }

  async ask(name: string, method: string, path: string, asked: Asked = {}): Promise<Answered> {
    const answered = await this.#send(method, path, asked);
    if (method === 'POST' && answered.status < 300) this.#nameWhatWasMade(name, answered.body);
    const { as = 'member', version, body } = asked;
    this.transcript.push({
      name: this.#names.replace(name),
      ask: `${method} ${this.#names.replace(path)}`,
      as: asked.token === undefined ? as : 'another token',
      ...(version === undefined ? {} : { version }),
      ...(body === undefined ? {} : { sent: this.#names.replaceIn(body) }),
      status: answered.status,
      headers: this.#headersOf(answered.headers),
      answer: this.#names.replaceIn(answered.body),
    });
    return answered;
  }

  async need(method: string, path: string, asked: Asked = {}): Promise<Answered> {
    const answered = await this.#send(method, path, { version: '3.70', ...asked });
    if (answered.status < 300) return answered;
    throw new Error(`${method} ${path}: ${answered.status} ${JSON.stringify(answered.body)}`);
  }

  /** The ids at the places where answers to a POST name what they have made. */
  #nameWhatWasMade(name: string, body: unknown): void {
    if (typeof body !== 'object' || body === null) return;
    for (const [kind, made] of Object.entries(body) as [string, Record<string, unknown>][]) {
      if (typeof made?.id === 'string') this.call(made.id, name);
      if (kind === 'restore') this.call(String(made.volume_id), `${name}: volume`);
    }
  }

  #headersOf(headers: Headers): Record<string, string> {
    const compared = COMPARED_HEADERS.flatMap((name) => {
      const value = headers.get(name);
      if (value === null) return [];
      // A set, in whatever order.
      const text = name === 'allow' ? value.split(', ').toSorted().join(', ') : value;
      return [[name, this.#names.replace(text)]];
    });
    return Object.fromEntries(compared);
  }

  async #send(method: string, path: string, asked: Asked): Promise<Answered> {
    const { as = 'member', version, body } = asked;
    const headers: Record<string, string> = { accept: 'application/json' };
    const token = asked.token ?? (as === 'nobody' ? undefined : this.#loginOf(as).token);
    if (token !== undefined) headers['x-auth-token'] = token;
    if (version !== undefined)
      headers['openstack-api-version'] = version.includes(' ') ? version : `volume ${version}`;
    if (body !== undefined) headers['content-type'] = 'application/json';
    const response = await fetch(this.#urlOf(path, as), {
      method,
      headers: { ...headers, ...asked.headers },
      redirect: 'manual',
      dispatcher: this.#connection,
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return toAnswered(`${method} ${path}`, response);
  }

  #urlOf(path: string, as: Who): string {
    const { cinderRoot, keystoneRoot } = this.#backend;
    if (path.startsWith('cinder:')) return cinderRoot + path.slice('cinder:'.length);
    if (path.startsWith('keystone:')) return keystoneRoot + path.slice('keystone:'.length);
    const projectId = as === 'nobody' ? this.projectId : this.#loginOf(as).projectId;
    return `${cinderRoot}/v3/${projectId}${path}`;
  }

  async volume(name: string, options: { sizeGib?: number; empty?: true } = {}): Promise<string> {
    const body = { volume: { size: options.sizeGib ?? 1, name } };
    const id = (await this.need('POST', '/volumes', { body })).text('volume.id');
    this.call(id, `volume ${name}`);
    await this.volumeIs(id, 'available');
    if (options.empty === undefined) await this.write(id, 0, `content of ${name}`);
    return id;
  }

  async backup(volumeId: string, fields: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const body = { backup: { volume_id: volumeId, ...fields } };
    const id = (await this.need('POST', '/backups', { body })).text('backup.id');
    this.call(id, `backup ${fields.name ?? ''}`);
    await this.backupEnds(id);
    return id;
  }

  write(volumeId: string, offsetBytes: number, text: string): Promise<void> {
    return this.#backend.write(volumeId, offsetBytes, Buffer.from(text));
  }

  backupEnds(id: string): Promise<void> {
    return this.#until('backup', id, (status) => !['creating', 'restoring', 'deleting'].includes(status));
  }

  volumeIs(id: string, ...statuses: readonly string[]): Promise<void> {
    return this.#until('volume', id, (status) => statuses.includes(status));
  }

  snapshotIs(id: string, ...statuses: readonly string[]): Promise<void> {
    return this.#until('snapshot', id, (status) => statuses.includes(status));
  }

  /** What is gone has ended too. */
  async #until(kind: string, id: string, hasEnded: (status: string) => boolean): Promise<void> {
    let status = '';
    for (let looks = 0; looks < LOOKS_MAX; looks += 1) {
      const answered = await this.#send('GET', `/${kind}s/${id}`, { as: 'admin', version: '3.70' });
      if (answered.status === 404) return;
      status = answered.text(`${kind}.status`);
      if (hasEnded(status)) return;
      await this.#backend.pass(this.#backend.pollSeconds);
    }
    throw new Error(`${kind} ${id} stays ${status}`);
  }

  async drop(id: string): Promise<void> {
    await this.need('DELETE', `/backups/${id}`);
    await this.backupEnds(id);
  }

  tick = (): Promise<void> => this.#backend.pass(1.1);
  hold = (): Promise<void> => this.#backend.hold();
  letGo = (): Promise<void> => this.#backend.letGo();
  slowDown = (volumeId: string): Promise<void> => this.#backend.slowDown(volumeId);
  fail = (volumeId: string): Promise<void> => this.#backend.fail(volumeId);
  heal = (volumeId: string): Promise<void> => this.#backend.heal(volumeId);
  stopBackups = (): Promise<void> => this.#backend.stopBackups();
  startBackups = (): Promise<void> => this.#backend.startBackups();
  forget = (...ids: readonly string[]): Promise<void> => this.#backend.forget(ids);
}

async function toAnswered(asked: string, response: Response): Promise<Answered> {
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json') === true;
  const body: unknown = text !== '' && isJson ? JSON.parse(text) : text;
  return {
    status: response.status,
    headers: response.headers,
    body,
    text(path) {
      const found = path
        .split('.')
        .reduce<unknown>((value, key) => (value as Record<string, unknown>)?.[key], body);
      if (typeof found === 'string') return found;
      throw new Error(`${asked}: ${response.status} ${text} has no text at ${path}`);
    },
  };
}
