import type { ApplicationCredential } from '../identity/application-credentials.ts';
import { DOMAIN, type Project, type Role, type User } from '../identity/identity.ts';
import type { AuthMethod, Token } from '../identity/tokens.ts';
import type { CloudState } from '../state/cloud-state.ts';
import {
  type AskedCredential,
  type AskedDomain,
  type AskedIdentity,
  type AskedProject,
  type AskedScope,
  type AskedUser,
  readAuthentication,
} from './authentication-request.ts';
import { refuseLostCredential } from './call.ts';
import { couldNotFind, forbidden, KeystoneRefusal, notFound, unauthorized } from './errors.ts';

interface Proof {
  readonly user: User;
  readonly applicationCredential: ApplicationCredential | undefined;
  /** The token that was shown for a new one. */
  readonly parent: Token | undefined;
}

const NO_SCOPE =
  'Error authenticating with application credential: Application credentials cannot request a scope.';
const NO_DELEGATION = 'Using a delegated token to create another token is not allowed.';

/**
 * Issues a token for a password (user by name and domain, or by id), an application credential (by id, or by name
 * and user) or another token; for a project if a scope is given, else for the user's default project or for none.
 *
 * @throws {KeystoneRefusal} 401 with one text for whatever does not fit; 404 for a token or application credential that there
 *   is not; 403 for a token of an application credential; 400 for a body of the wrong shape.
 */
export function authenticate(cloud: CloudState, body: unknown, nowMs: number): Token {
  const { identity: asked, scope } = readAuthentication(body);
  const isDelegated = asked.methods.includes('application_credential');
  if (isDelegated && scope !== undefined) throw new KeystoneRefusal(401, NO_SCOPE, {});
  const proof = prove(cloud, asked, nowMs);
  const project = projectFor(cloud, proof, scope);
  const roles = project === undefined ? [] : rolesFor(cloud, proof, project);
  if (project !== undefined && roles.length === 0) throw unauthorized();
  return cloud.identity.tokens.issue(
    {
      user: proof.user,
      applicationCredential: proof.applicationCredential,
      project,
      roles,
      methods: [...new Set([...(proof.parent?.methods ?? []), ...asked.methods])] as AuthMethod[],
      issuedAtMs: nowMs,
      // A token made from a token does not live longer.
      expiresAtMs: proof.parent?.expiresAtMs ?? nowMs + cloud.settings.tokenSeconds * 1000,
    },
    proof.parent,
  );
}

/** Every method asked for has to prove the same user. */
function prove(cloud: CloudState, asked: AskedIdentity, nowMs: number): Proof {
  const proofs = asked.methods.map((method): Proof => {
    if (method === 'token') return proveToken(cloud, asked.token?.id ?? '', nowMs);
    const user = method === 'password' ? provePassword(cloud, asked.password?.user) : undefined;
    if (user !== undefined) return { user, applicationCredential: undefined, parent: undefined };
    return proveCredential(cloud, asked.application_credential ?? {}, nowMs);
  });
  const [first, ...others] = proofs;
  if (first === undefined || others.some(({ user }) => user !== first.user)) throw unauthorized();
  return { ...first, parent: proofs.find(({ parent }) => parent !== undefined)?.parent };
}

function provePassword(cloud: CloudState, asked: AskedUser | undefined): User {
  const user = asked && findUser(cloud, asked);
  if (user === undefined || user.password !== asked?.password) throw unauthorized();
  return user;
}

/** The user and the secret behind a token, which a new one may be made from. */
function proveToken(cloud: CloudState, text: string, nowMs: number): Proof {
  const token = validToken(cloud, text, nowMs);
  if (token.applicationCredential !== undefined) throw forbidden(NO_DELEGATION);
  return { user: token.user, applicationCredential: undefined, parent: token };
}

/** @throws {KeystoneRefusal} 404 for a token that was never given out, has expired or was revoked. */
export function validToken(cloud: CloudState, text: string, nowMs: number): Token {
  const { tokens } = cloud.identity;
  if (tokens.get(text) === undefined) throw notFound('Could not recognize Fernet token');
  refuseLostCredential(cloud, text);
  const token = tokens.find(text, nowMs);
  if (token === undefined) throw notFound('Failed to validate token');
  return token;
}

function proveCredential(cloud: CloudState, asked: AskedCredential, nowMs: number): Proof {
  const credential = findCredential(cloud, asked);
  const user = cloud.identity.getUser(credential.user_id);
  const isExpired = credential.expires_at_ms !== null && credential.expires_at_ms <= nowMs;
  if (user === undefined || isExpired || asked.secret !== credential.secret) throw unauthorized();
  return { user, applicationCredential: credential, parent: undefined };
}

function findCredential({ identity }: CloudState, asked: AskedCredential): ApplicationCredential {
  const { applicationCredentials } = identity;
  if (asked.id !== undefined) {
    const found = applicationCredentials.get(asked.id);
    if (found === undefined) throw couldNotFind('Application Credential', asked.id);
    return found;
  }
  const user = asked.user && identity.users.find((one) => isUser(one, asked.user as AskedUser));
  const found = user && applicationCredentials.find(user.id, asked.name ?? '');
  if (found === undefined) throw unauthorized();
  return found;
}

function findUser({ identity }: CloudState, asked: AskedUser): User | undefined {
  return identity.users.find((user) => isUser(user, asked));
}

function isUser(user: User, asked: AskedUser): boolean {
  if (asked.id !== undefined) return user.id === asked.id;
  return isOurDomain(asked.domain) && user.name === asked.name;
}

function isOurDomain(asked: AskedDomain | undefined): boolean {
  return asked?.id === DOMAIN.id || (asked?.id === undefined && asked?.name === DOMAIN.name);
}

function projectFor({ identity }: CloudState, proof: Proof, scope: AskedScope): Project | undefined {
  const { applicationCredential, user } = proof;
  if (applicationCredential !== undefined) return identity.getProject(applicationCredential.project_id ?? '');
  if (scope === undefined) return identity.getProject(user.defaultProjectId ?? '');
  if (scope === 'unscoped' || 'unscoped' in scope) return undefined;
  const found = identity.projects.find((project) => isProject(project, scope.project));
  // Nobody has a role on the domain or on the system here.
  if (found === undefined) throw unauthorized();
  return found;
}

function isProject(project: Project, asked: AskedProject | undefined): boolean {
  if (asked?.id !== undefined) return project.id === asked.id;
  return isOurDomain(asked?.domain) && project.name === asked?.name;
}

/** An application credential has just the roles that it was made with, as far as its user still has them. */
function rolesFor({ identity }: CloudState, proof: Proof, project: Project): readonly Role[] {
  const roles = identity.rolesOf(proof.user, project);
  return roles.filter((role) => proof.applicationCredential?.roles.includes(role) ?? true);
}
