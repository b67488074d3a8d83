import type { CloudIdentity, Log } from '../../app/ports.ts';
import { toResponseError } from './answers.ts';
import type { EndpointInterface } from './credentials.ts';
import type { Exchange } from './exchange.ts';
import type { Grants } from './grants.ts';
import { redacting, type Token } from './keystone.ts';
import { METADATA_MINOR, negotiateMinor, UPDATE_MINOR } from './microversion.ts';
import { chooseEndpoint, type ServiceEndpoint } from './service-endpoint.ts';

/** Where a project's Cinder is and what is spoken with it. */
export interface Connection extends CloudIdentity {
  /** Of the microversion `3.<minor>`. */
  readonly minor: number;
  readonly endpoint: ServiceEndpoint;
  readonly grants: Grants;
}

export interface ConnectionOptions {
  readonly region?: string | undefined;
  readonly interface: EndpointInterface;
  /** One exchange, repeated while its failure may pass. */
  readonly ask: Exchange;
  readonly log: Log;
}

/**
 * Finds the endpoint in the token's catalog and agrees on a microversion.
 *
 * @throws {CredentialsError} the catalog has no fitting endpoint.
 * @throws {CinderResponseError} the cloud is there but not able to show its versions now.
 */
export async function findConnection(token: Token, options: ConnectionOptions): Promise<Connection> {
  const endpoint = chooseEndpoint(token, options);
  const minor = await findMinor(endpoint, token, options);
  return {
    endpoint,
    grants: token.grants,
    projectId: token.projectId,
    minor,
    microversion: `3.${minor}`,
    canUpdateBackups: minor >= UPDATE_MINOR,
    hasBackupMetadata: minor >= METADATA_MINOR,
  };
}

/** The root needs no token; where only `/v3` is published, that shows the same document to whoever has one. */
async function findMinor(
  { origin, rootPath }: ServiceEndpoint,
  token: Token,
  { ask, log }: ConnectionOptions,
): Promise<number> {
  const accept = { accept: 'application/json' };
  const places = [
    { path: `${rootPath}/`, headers: accept },
    { path: `${rootPath}/v3/`, headers: { ...accept, 'x-auth-token': token.id } },
  ];
  for (const { path, headers } of places) {
    const method = 'GET';
    const answer = await ask({ method, origin, target: path, path, headers });
    const minor = negotiateMinor(answer);
    if (minor !== undefined) return minor;
    if (answer.status >= 500 || answer.status === 429) {
      throw toResponseError({ ...answer, method, path, redact: redacting(token.id) });
    }
  }
  log.warn('the cloud shows no versions, speaking 3.0', { origin });
  return 0;
}
