/**
 * Largest answer of a synchronous invocation is 6 MiB; some room is left for what the service wraps around it.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
const MAX_ANSWER_BYTES = 5_500_000;

/** Leaves out the last elements of one list of an answer until it fits; `tell` then says in the answer how many are missing. */
export function capAnswer<Key extends string, Answer extends Readonly<Record<Key, readonly unknown[]>>>(
  answer: Answer,
  key: Key,
  tell: (answer: Answer, cutCount: number) => Answer,
  maxBytes = MAX_ANSWER_BYTES,
): Answer {
  const sizes = answer[key].map((element) => bytesOf(element) + 1);
  let room = maxBytes - bytesOf({ ...answer, [key]: [] });
  const fitting = sizes.findIndex((size) => {
    room -= size;
    return room < 0;
  });
  if (fitting < 0) return answer;
  return tell({ ...answer, [key]: answer[key].slice(0, fitting) }, answer[key].length - fitting);
}

function bytesOf(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
