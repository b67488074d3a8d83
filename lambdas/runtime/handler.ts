import type { Dependencies, Run } from '../app/run.ts';
import type { RunReport } from '../app/run-report.ts';
import { type Invocation, limitsOf, type TimeLimits } from './invocation.ts';
import { parseRequest, type RequestSchema } from './requests/parse-request.ts';
import { withSourcePositions } from './source-positions.ts';

/** Everything that a function works with while its container lives. */
export interface Container {
  readonly deps: Dependencies;
  /** Called first in every invocation. */
  begin(invocation: Invocation): void;
  /** Writes what a run came to as metrics, if that is wished. */
  measure(report: RunReport): void;
  /** Ends every exchange and sleep that is under way; the container is not used again. */
  cutOff(): void;
}

/** The run had not ended when its time was over. The next one goes on with whatever it has recorded. */
export class RunCutOffError extends Error {
  override readonly name = 'RunCutOffError';
}

export type Act<Request, Answer> = (
  request: Request,
  run: Run,
  container: Container,
  invocation: Invocation,
) => Promise<Answer>;

/**
 * A Lambda handler: checks the event, and lets the use case act on it within the time that the invocation has. Composing is done once per
 * container; one that failed is forgotten, so that the next invocation tries anew. No invocation ends by Lambda's own time-out: work that
 * does not stop at its deadline is cut off.
 *
 * The handler throws `InvalidRequestError` for an event that is not of the schema, `RunCutOffError`, and whatever `compose` and `act` throw.
 */
export function createHandler<Request, Answer>(
  schema: RequestSchema<Request>,
  act: Act<Request, Answer>,
  compose: () => Promise<Container>,
): (event: unknown, invocation: Invocation) => Promise<Answer> {
  let container: Promise<Container> | undefined;

  function getContainer(): Promise<Container> {
    container ??= compose().catch((error: unknown) => {
      container = undefined;
      throw error;
    });
    return container;
  }

  return async (event, invocation) => {
    const startedAt = new Date();
    const limits = limitsOf(invocation.getRemainingTimeInMillis(), startedAt);
    try {
      const request = parseRequest(schema, event);
      const composed = await getContainer();
      composed.begin(invocation);
      const run: Run = { startedAt, deadlineAt: limits.deadlineAt, waits: false };
      return await withinLimits(act(request, run, composed, invocation), limits, startedAt, () => {
        container = undefined;
        composed.cutOff();
      });
    } catch (error) {
      throw withSourcePositions(error);
    }
  };
}

async function withinLimits<Answer>(
  acting: Promise<Answer>,
  { cutOffMs, giveUpMs }: TimeLimits,
  startedAt: Date,
  cutOff: () => void,
): Promise<Answer> {
  const goneMs = Date.now() - startedAt.getTime();
  const timers: NodeJS.Timeout[] = [];
  const givenUp = new Promise<never>((_resolve, reject) => {
    timers.push(setTimeout(cutOff, cutOffMs - goneMs));
    timers.push(setTimeout(() => reject(new RunCutOffError(CUT_OFF)), giveUpMs - goneMs));
  });
  try {
    return await Promise.race([acting, givenUp]);
  } finally {
    for (const timer of timers) clearTimeout(timer);
  }
}

const CUT_OFF =
  'the run did not end within its time and was given up; what it had begun is recorded, and the next run goes on with it';
