import { OPERATIONS, type Operation } from '../../domain/operation.ts';
import { CredentialsError } from './credentials-error.ts';
import type { CredentialsSource } from './credentials-source.ts';
import { CinderProtocolError } from './errors.ts';
import type { CinderSession } from './session.ts';

/** Whose credential an operation is done with; what is missing cannot be done. */
export type OperationCredentials = { readonly read: CredentialsSource } & {
  readonly [Each in Operation]?: CredentialsSource;
};

export interface OperationSessions {
  readonly reading: CinderSession;
  /**
   * @throws {CredentialsError} there is no credential for it.
   * @throws {CinderProtocolError} (not `sent`) its credential leads to another project.
   */
  sessionFor(operation: Operation): Promise<CinderSession>;
  /** What has a credential. */
  readonly operations: readonly Operation[];
}

/**
 * The session of each operation. One for all that share a credential; what has a credential of its own gets its first session when it is first
 * needed, and has to lead to the same project.
 */
export function createOperationSessions(
  credentials: OperationCredentials,
  open: (source: CredentialsSource) => CinderSession,
  cloud: string,
): OperationSessions {
  const opened = new Map<CredentialsSource, CinderSession>();

  function sessionOf(source: CredentialsSource): CinderSession {
    const session = opened.get(source) ?? open(source);
    opened.set(source, session);
    return session;
  }

  const reading = sessionOf(credentials.read);
  return {
    reading,
    operations: OPERATIONS.filter((operation) => credentials[operation] !== undefined),
    async sessionFor(operation) {
      const source = credentials[operation];
      if (source === undefined) {
        throw new CredentialsError(
          `cloud ${cloud} has no credential to ${operation} with; name one at auth.${operation} in the config`,
        );
      }
      const session = sessionOf(source);
      if (session !== reading) await requireSameProject(session, reading, operation);
      return session;
    },
  };
}

async function requireSameProject(
  session: CinderSession,
  reading: CinderSession,
  operation: Operation,
): Promise<void> {
  const [own, read] = await Promise.all([session.identify(), reading.identify()]);
  if (own.projectId === read.projectId) return;
  throw new CinderProtocolError(
    `the credential of auth.${operation} leads to project ${own.projectId}, that of auth.read to ${read.projectId}`,
    { sent: false },
  );
}
