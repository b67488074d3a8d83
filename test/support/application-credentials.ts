import type { AccessRule } from '../../lambdas/adapters/cinder/access-rules.ts';
import type { ApplicationCredentials } from '../../lambdas/adapters/cinder/credentials.ts';

/** Whose credentials are made: a user with a password. */
export interface Owner {
  readonly authUrl: string;
  readonly username: string;
  readonly password: string;
  readonly projectName: string;
  readonly userDomainName: string;
  readonly projectDomainName: string;
}

export interface CredentialOptions {
  readonly name: string;
  readonly accessRules?: readonly AccessRule[];
  readonly isUnrestricted?: boolean;
}

/** An application credential, made as its owner would. */
export async function makeCredential(
  owner: Owner,
  options: CredentialOptions,
): Promise<ApplicationCredentials> {
  const { token, userId } = await logIn(owner);
  const made = await call(owner, 'POST', `/users/${userId}/application_credentials`, token, {
    application_credential: {
      name: options.name,
      unrestricted: options.isUnrestricted ?? false,
      ...(options.accessRules && { access_rules: options.accessRules }),
    },
  });
  const { id, secret } = ((await made.json()) as { application_credential: { id: string; secret: string } })
    .application_credential;
  return { type: 'application-credential', authUrl: owner.authUrl, credential: { id }, secret };
}

export async function deleteCredential(owner: Owner, credentials: ApplicationCredentials): Promise<void> {
  const { token, userId } = await logIn(owner);
  const id = 'id' in credentials.credential ? credentials.credential.id : '';
  await call(owner, 'DELETE', `/users/${userId}/application_credentials/${id}`, token);
}

async function logIn(owner: Owner): Promise<{ token: string; userId: string }> {
  const user = { name: owner.username, domain: { name: owner.userDomainName }, password: owner.password };
  const project = { name: owner.projectName, domain: { name: owner.projectDomainName } };
  const answer = await call(owner, 'POST', '/auth/tokens', undefined, {
    auth: { identity: { methods: ['password'], password: { user } }, scope: { project } },
  });
  const { token } = (await answer.json()) as { token: { user: { id: string } } };
  return { token: answer.headers.get('x-subject-token') ?? '', userId: token.user.id };
}

async function call(
  owner: Owner,
  method: string,
  path: string,
  token?: string,
  body?: object,
): Promise<Response> {
  const answer = await fetch(`${owner.authUrl}${path}`, {
    method,
    headers: { 'content-type': 'application/json', ...(token !== undefined && { 'x-auth-token': token }) },
    ...(body && { body: JSON.stringify(body) }),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer;
}
