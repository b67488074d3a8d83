import type { OperationSessions } from './operation-sessions.ts';
import type { CinderSession } from './session.ts';

/** The same sessions, through which every POST, PUT and DELETE is written only if `mayChange` says so at that moment. Reading is free to all. */
export function guardChanges(sessions: OperationSessions, mayChange: () => boolean): OperationSessions {
  const guarded = new Map<CinderSession, CinderSession>();
  return {
    ...sessions,
    async sessionFor(operation) {
      const session = await sessions.sessionFor(operation);
      const known = guarded.get(session) ?? guardSession(session, mayChange);
      guarded.set(session, known);
      return known;
    },
  };
}

function guardSession(session: CinderSession, mayChange: () => boolean): CinderSession {
  return {
    identify: () => session.identify(),
    call: (call) =>
      session.call(
        call.method === 'GET'
          ? call
          : { ...call, mayBeSent: () => mayChange() && call.mayBeSent?.() !== false },
      ),
  };
}
