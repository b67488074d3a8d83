import type { HookAnswer, HookQuestion } from '../../app/ports.ts';
import { formatQuestion, readAnswer } from './hook-text.ts';
import { LONGEST_ANSWER_BYTES, PostError, type Posted, post } from './post.ts';

/** It may be asked again: it is too busy, or not there just now. */
const PASSING: ReadonlySet<number> = new Set([408, 425, 429]);
const HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/**
 * Puts the question to an HTTPS endpoint, by POST: 200 with a verdict, or 202 while it is at it. Never rejects, and never says more of the URL
 * than its host, as the rest may be a key.
 */
export async function askUrl(url: string, question: HookQuestion, signal: AbortSignal): Promise<HookAnswer> {
  const place = new URL(url);
  try {
    return readPosted(await post(place, HEADERS, formatQuestion(question), signal), place.host);
  } catch (error) {
    if (!(error instanceof PostError)) throw error;
    return { outcome: 'unanswered', message: `${place.host} gave no answer: ${error.message}` };
  }
}

function readPosted({ status, text }: Posted, host: string): HookAnswer {
  if (status === 202) return { outcome: 'pending' };
  if (status === 200) {
    return text === undefined
      ? { outcome: 'unusable', message: `${host} answered more than ${LONGEST_ANSWER_BYTES} bytes` }
      : readAnswer(text);
  }
  const message = `${host} answered ${status}`;
  return { outcome: status >= 500 || PASSING.has(status) ? 'unanswered' : 'unusable', message };
}
