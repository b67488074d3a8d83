import type { Effect, FaultSchedule, FaultSubject } from '../faults/faults.ts';
import type { Reply } from './exchange.ts';
import type { Operation } from './operations.ts';

/** An answer with what the faults in force do to its delivery. */
export interface Outcome {
  readonly operation: Operation;
  readonly reply: Reply;
  readonly effects: readonly Effect[];
  /** A fault cut the connection before any work was done. */
  readonly isDropped: boolean;
}

export function plainOutcome(operation: Operation, reply: Reply): Outcome {
  return { operation, reply, effects: [], isDropped: false };
}

/** The faults in force that strike an answer, whatever the work. */
export function takeAnswerFaults(faults: FaultSchedule, subject: () => FaultSubject): readonly Effect[] {
  return faults.isEmpty ? [] : faults.take(ANSWER_EFFECTS, subject());
}

const ANSWER_EFFECTS = ['refuse', 'delayMs', 'dropAnswer', 'dropRequest', 'truncateBody'] as const;
