import { findProblem, isObject, type Schema } from '../protocol/schema.ts';
import type { KeystoneCall } from './call.ts';
import { badRequest } from './errors.ts';

/**
 * What stands in the body under a name; a body without it counts as an empty one.
 *
 * @throws {KeystoneRefusal} 400 for what does not fit.
 */
export function readBody<T>(call: KeystoneCall, name: string, schema: Schema): T {
  const asked = (isObject(call.body) ? call.body[name] : undefined) ?? {};
  checkBody(asked, schema);
  return asked as T;
}

/**
 * Refuses what does not fit. Keystone quotes its whole schema after the complaint; only the complaint is here.
 *
 * @throws {KeystoneRefusal} 400 `Invalid input for field 'access_rules/0/method': 'FETCH' does not match …`
 * @see keystone/common/validation/validators.py SchemaValidator.validate; observed on Keystone 22.0.2 (Zed)
 */
export function checkBody(asked: unknown, schema: Schema): void {
  const problem = findProblem(asked, schema);
  if (problem === undefined) return;
  const { path, message } = problem;
  throw badRequest(path.length === 0 ? message : `Invalid input for field '${path.join('/')}': ${message}`);
}
