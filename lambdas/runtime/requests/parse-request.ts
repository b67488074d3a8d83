import type * as z from 'zod';
import { toFindings, withoutConsequences } from '../../../config/problems.ts';
import { InvalidRequestError } from '../../app/request-error.ts';

/** A schema, or how to tell which of several an event was meant for: what is wrong is then said of that one. */
export type RequestSchema<Request> = z.ZodType<Request> | ((event: unknown) => z.ZodType<Request>);

/**
 * Checks an event against its schema, and turns it into the request of a use case.
 *
 * @throws {InvalidRequestError} naming every key that is wrong or unknown, and what would be right.
 */
export function parseRequest<Request>(schema: RequestSchema<Request>, event: unknown): Request {
  const parsed = (typeof schema === 'function' ? schema(event) : schema).safeParse(event);
  if (parsed.success) return parsed.data;
  const findings = withoutConsequences(parsed.error.issues.flatMap((issue) => toFindings(issue)));
  const texts = findings.map(({ path, text }) => `${['event', ...path].join('.')} ${text}`);
  throw new InvalidRequestError(texts.join('\n'));
}
