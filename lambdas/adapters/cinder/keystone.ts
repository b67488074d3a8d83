import { type Clock, CloudRefusedCredentialsError } from '../../app/ports.ts';
import { type Answer, readFault, readJson, toResponseError } from './answers.ts';
import type { CloudCredentials, DomainReference, ScopedReference } from './credentials.ts';
import { CredentialsError } from './credentials-error.ts';
import { CinderProtocolError } from './errors.ts';
import type { Exchange, HttpAnswer } from './exchange.ts';
import { readInstant, readList, readRow, readText } from './fields.ts';
import { type Grants, readGrants } from './grants.ts';

/** An endpoint of the catalog that Keystone sends with a token. */
export interface CatalogEndpoint {
  readonly serviceType: string;
  readonly interface: string;
  readonly region: string;
  readonly url: string;
}

export interface Token {
  readonly id: string;
  readonly projectId: string;
  readonly grants: Grants;
  readonly endpoints: readonly CatalogEndpoint[];
  /** On OUR clock; counted from the sending of the request. */
  readonly issuedAt: Date;
  readonly expiresAt: Date;
}

const PATH = '/auth/tokens';

/**
 * POST /v3/auth/tokens → 201. An application credential brings its own scope; asking for one is refused.
 *
 * @param send one exchange with whatever repetition; the request is idempotent.
 * @throws {CloudRefusedCredentialsError} Keystone answered 401 or 403, or that it knows no such application credential.
 * @throws {CredentialsError} the token has no project.
 * @see keystone/api/auth.py AuthTokenResource.post
 */
export async function authenticate(
  credentials: CloudCredentials,
  send: Exchange,
  clock: Clock,
): Promise<Token> {
  const url = tokensUrl(credentials.authUrl);
  const raw = await send({
    method: 'POST',
    origin: url.origin,
    target: url.pathname,
    path: PATH,
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ auth: toAuth(credentials) }),
  });
  const answer: Answer = { ...raw, method: 'POST', path: PATH, redact: redactorOf(credentials) };
  if (raw.status === 401 || raw.status === 403 || isUnknownCredential(answer)) {
    throw new CloudRefusedCredentialsError(
      `${url.origin} refused the ${describeCredentials(credentials)}: ${toResponseError(answer).message}`,
    );
  }
  if (raw.status !== 201 && raw.status !== 200) throw toResponseError(answer);
  return readToken(answer, raw, clock);
}

/**
 * Whether a 404 is Keystone's own, for an application credential that was deleted, or never there.
 *
 * @see keystone/application_credential/backends/sql.py get_application_credential (22.0.2)
 */
function isUnknownCredential(answer: Answer): boolean {
  return (
    answer.status === 404 && readFault(answer).message.startsWith('Could not find Application Credential')
  );
}

function readToken(answer: Answer, raw: HttpAnswer, clock: Clock): Token {
  const id = answer.header('x-subject-token');
  if (id === undefined || id === '') {
    throw new CinderProtocolError(`POST ${PATH}: ${answer.status} without a token in X-Subject-Token`);
  }
  const token = readRow(readRow(readJson(answer), 'token answer').token, 'token');
  if (token.project === undefined || token.project === null) {
    throw new CredentialsError(
      'the token has no project: name the project that holds the volumes (or its id)',
    );
  }
  const expiresAt = readInstant(token, 'expires_at', 'token');
  const issuedAt =
    token.issued_at === undefined ? datedAt(raw, clock) : readInstant(token, 'issued_at', 'token');
  const lifeMs = Math.max(0, expiresAt.getTime() - issuedAt.getTime());
  return {
    id,
    projectId: readText(readRow(token.project, 'token.project'), 'id', 'token.project'),
    grants: readGrants(token),
    endpoints: readList(token, 'catalog', 'token').flatMap(readService),
    issuedAt: raw.sentAt,
    expiresAt: new Date(raw.sentAt.getTime() + lifeMs),
  };
}

/** The life of a token is measured on one clock: Keystone's. */
function datedAt(answer: HttpAnswer, clock: Clock): Date {
  const writtenMs = Date.parse(answer.header('date') ?? '');
  return Number.isNaN(writtenMs) ? clock.now() : new Date(writtenMs);
}

function readService(value: unknown): CatalogEndpoint[] {
  const service = readRow(value, 'catalog entry');
  const serviceType = readText(service, 'type', 'catalog entry');
  return readList(service, 'endpoints', 'catalog entry').map((given) => {
    const endpoint = readRow(given, 'catalog endpoint');
    const region = endpoint.region_id ?? endpoint.region;
    return {
      serviceType,
      interface: readText(endpoint, 'interface', 'catalog endpoint'),
      region: typeof region === 'string' ? region : '',
      url: readText(endpoint, 'url', 'catalog endpoint'),
    };
  });
}

function tokensUrl(authUrl: string): URL {
  const url = new URL(authUrl);
  const path = url.pathname.replace(/\/+$/, '').replace(/\/auth\/tokens$/, '');
  url.pathname = `${/\/v3$/.test(path) ? path : `${path}/v3`}${PATH}`;
  return url;
}

function toAuth(credentials: CloudCredentials): object {
  if (credentials.type === 'application-credential') {
    const { credential, secret } = credentials;
    const named =
      'id' in credential ? { id: credential.id } : { name: credential.name, user: toScoped(credential.user) };
    return {
      identity: { methods: ['application_credential'], application_credential: { ...named, secret } },
    };
  }
  const user = { ...toScoped(credentials.user), password: credentials.password };
  return {
    identity: { methods: ['password'], password: { user } },
    scope: { project: toScoped(credentials.project) },
  };
}

function toScoped(reference: ScopedReference): object {
  return 'id' in reference
    ? { id: reference.id }
    : { name: reference.name, domain: toDomain(reference.domain) };
}

function toDomain(domain: DomainReference): object {
  return 'id' in domain ? { id: domain.id } : { name: domain.name };
}

/** Whose credentials they are, without what is secret of them. */
function describeCredentials(credentials: CloudCredentials): string {
  if (credentials.type === 'password') return `password of user ${nameOf(credentials.user)}`;
  return `application credential ${nameOf(credentials.credential)}`;
}

function nameOf(reference: { readonly id: string } | { readonly name: string }): string {
  return 'id' in reference ? reference.id : `"${reference.name}"`;
}

function redactorOf(credentials: CloudCredentials): (text: string) => string {
  return redacting(credentials.type === 'password' ? credentials.password : credentials.secret);
}

/** Takes a secret out of a text. */
export function redacting(secret: string): (text: string) => string {
  return (text) => (secret === '' ? text : text.replaceAll(secret, '[redacted]'));
}
