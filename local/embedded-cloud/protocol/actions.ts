import type { Answer, Call } from './call.ts';
import { badRequest } from './errors.ts';
import { isObject } from './schema.ts';

export type Action = (call: Call) => Answer;

/**
 * Chooses the action that the body's first key names.
 *
 * @throws {Refusal} 400 for a body without a key, or with an action that there is not.
 * @see cinder/api/openstack/wsgi.py Resource.get_method; texts observed on Cinder 21.3.1 (Zed)
 */
export function act(call: Call, actions: ReadonlyMap<string, Action>): Answer {
  const [name] = isObject(call.body) ? Object.keys(call.body) : [];
  if (name === undefined) throw badRequest('Malformed request body');
  const action = actions.get(name);
  if (action === undefined) {
    throw badRequest(
      `There is no such action: ${name}. Verify the request body and Content-Type header and try again.`,
    );
  }
  return action(call);
}

/** What stands in the body under the action's name. */
export function argumentOf(call: Call, name: string): Readonly<Record<string, unknown>> {
  const argument = isObject(call.body) ? call.body[name] : undefined;
  return isObject(argument) ? argument : {};
}
