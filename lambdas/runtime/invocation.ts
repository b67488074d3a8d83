/** What is used of the context that AWS Lambda hands to a handler. */
export interface Invocation {
  readonly functionName: string;
  readonly awsRequestId: string;
  readonly logGroupName: string;
  readonly logStreamName: string;
  getRemainingTimeInMillis(): number;
}

/** Part of an invocation's time that is kept back. */
const STOP_SHARE = 0.2;
const LONGEST_STOP_MS = 30_000;

/** When an invocation has to come to its end. Everything here is real time. */
export interface TimeLimits {
  /** The run starts nothing more, and ends what it has begun. */
  readonly deadlineAt: Date;
  /** From the start: what is still under way then is cut off, so that the run can report. */
  readonly cutOffMs: number;
  /** From the start: a run that has not ended by then is given up. */
  readonly giveUpMs: number;
}

/** A run of 15 minutes stops 30 s before its end, is cut off 15 s before it and given up 5 s before it; one of less than 150 s in proportion. */
export function limitsOf(remainingMs: number, startedAt: Date): TimeLimits {
  const reserveMs = Math.min(LONGEST_STOP_MS, remainingMs * STOP_SHARE);
  return {
    deadlineAt: new Date(startedAt.getTime() + remainingMs - reserveMs),
    cutOffMs: remainingMs - reserveMs / 2,
    giveUpMs: remainingMs - reserveMs / 6,
  };
}
