import * as z from 'zod';
import type { HookAnswer, HookQuestion } from '../../app/ports.ts';

const LONGEST_REASON = 500;

const verdict = z.union([
  z.object({ pass: z.literal(true) }),
  z.object({ pass: z.literal(false), reason: z.string().optional() }),
  z.object({ pending: z.literal(true) }),
]);

const FORMS = '{"pass": true}, {"pass": false, "reason": "…"} or {"pending": true}';

/** The question as JSON; instants as ISO 8601. */
export function formatQuestion(question: HookQuestion): string {
  return JSON.stringify(question);
}

/** What a hook says, in the form that all of them have. Keys of its own are no fault. */
export function readAnswer(text: string): HookAnswer {
  const parsed = verdict.safeParse(parseJson(text));
  if (!parsed.success) {
    return { outcome: 'unusable', message: `it answered something other than ${FORMS}` };
  }
  if ('pending' in parsed.data) return { outcome: 'pending' };
  if (parsed.data.pass) return { outcome: 'right' };
  return { outcome: 'wrong', reason: shorten(parsed.data.reason ?? 'it gave no reason') };
}

/** Whatever a stranger wrote, in one line of bearable length. */
export function shorten(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length > LONGEST_REASON ? `${line.slice(0, LONGEST_REASON)}…` : line;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
