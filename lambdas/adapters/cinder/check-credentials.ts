import type { CredentialCheck } from '../../app/ports.ts';
import type { Operation } from '../../domain/operation.ts';
import { findMissingCalls } from './access-rules.ts';
import type { OperationSessions } from './operation-sessions.ts';
import type { CinderSession } from './session.ts';

/** What each credential may do, as its token says; nothing is tried out. */
export async function checkCredentials({
  operations,
  sessionFor,
}: OperationSessions): Promise<readonly CredentialCheck[]> {
  const uses = new Map<CinderSession, Operation[]>();
  for (const operation of operations) {
    const session = await sessionFor(operation);
    uses.set(session, [...(uses.get(session) ?? []), operation]);
  }
  return Promise.all([...uses].map(([session, used]) => checkCredential(session, used)));
}

async function checkCredential(
  session: CinderSession,
  operations: readonly Operation[],
): Promise<CredentialCheck> {
  const { grants, endpoint } = await session.identify();
  const { roles, accessRules, isUnrestricted } = grants;
  return {
    operations,
    roles,
    hasAccessRules: accessRules !== undefined,
    missingCalls: accessRules === undefined ? [] : findMissingCalls(accessRules, operations, endpoint),
    isUnrestricted,
  };
}
