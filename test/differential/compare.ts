import type { RecordedExchange } from './exchange.ts';

/** One place at which two transcripts do not say the same. */
export interface Difference {
  readonly script: string;
  readonly exchange: string;
  /** `status`, `headers.vary`, `answer.backup.size`; positions in lists are numbers. */
  readonly path: string;
  readonly real: unknown;
  readonly embedded: unknown;
}

/** What is not there at all, as something else than `null`. */
export const ABSENT = '(absent)';

/** Everything that differs between what a real cloud and what the embedded one said to the same script. */
export function compare(
  script: string,
  real: readonly RecordedExchange[],
  embedded: readonly RecordedExchange[],
): Difference[] {
  const asked = (transcript: readonly RecordedExchange[]) =>
    transcript.map(({ name, ask, as, version = '', sent }) => ({ name, ask, as, version, sent }));
  const inQuestions = [...differencesOf(asked(real), asked(embedded), '')];
  if (inQuestions.length > 0) {
    const [{ path, real: was, embedded: is }] = inQuestions as [Found];
    return [{ script, exchange: '(the questions)', path, real: was, embedded: is }];
  }
  return real.flatMap((one, at) => {
    const other = embedded[at];
    const pair = [answerOf(one), answerOf(other)] as const;
    return [...differencesOf(...pair, '')].map((found) => ({ script, exchange: one.name, ...found }));
  });
}

const answerOf = (exchange: RecordedExchange | undefined) => ({
  status: exchange?.status,
  headers: exchange?.headers,
  answer: exchange?.answer,
});

type Found = Pick<Difference, 'path' | 'real' | 'embedded'>;

function* differencesOf(real: unknown, embedded: unknown, path: string): Generator<Found> {
  if (isContainer(real) && isContainer(embedded) && Array.isArray(real) === Array.isArray(embedded)) {
    for (const key of new Set([...Object.keys(real), ...Object.keys(embedded)])) {
      const below = path === '' ? key : `${path}.${key}`;
      const [one, other] = [real, embedded].map((side) => (Object.hasOwn(side, key) ? side[key] : ABSENT));
      yield* differencesOf(one, other, below);
    }
  } else if (real !== embedded) yield { path, real, embedded };
}

function isContainer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
