/** An answer of Keystone that is not the one hoped for; `text` 401s say nothing of what was wrong. */
export class KeystoneRefusal extends Error {
  readonly status: number;
  /** What Keystone adds about the way of authentication. */
  readonly identity: Readonly<Record<string, unknown>> | undefined;

  constructor(status: number, message: string, identity?: Readonly<Record<string, unknown>>) {
    super(message);
    this.name = 'KeystoneRefusal';
    this.status = status;
    this.identity = identity;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  409: 'Conflict',
  500: 'Internal Server Error',
};

/** @see keystone/server/flask/application.py _handle_keystone_exception; observed on Keystone 22.0.2 (Zed) */
export function refusalBody({ status, message, identity }: KeystoneRefusal): unknown {
  const title = TITLES[status] ?? 'Error';
  return { error: { code: status, ...(identity === undefined ? {} : { identity }), message, title } };
}

const CLIENT_ERROR =
  'The server could not comply with the request since it is either malformed or otherwise incorrect. The client is ' +
  'assumed to be in error.';

/** The one 401 for whatever does not fit, so that nothing can be learnt from it. */
export const unauthorized = (): KeystoneRefusal =>
  new KeystoneRefusal(401, 'The request you have made requires authentication.');

export const badRequest = (message: string): KeystoneRefusal => new KeystoneRefusal(400, message);
export const wrongRequest = (complaint: string): KeystoneRefusal =>
  badRequest(`${complaint} ${CLIENT_ERROR}`);
export const missing = (what: string, where: string): KeystoneRefusal =>
  wrongRequest(`Expecting to find ${what} in ${where}.`);

/** @param action a policy (`identity:list_users`) or a sentence; without one, Keystone does not say what. */
export function forbidden(action?: string): KeystoneRefusal {
  const what = action === undefined ? '.' : `: ${action}.`;
  return new KeystoneRefusal(403, `You are not authorized to perform the requested action${what}`);
}

export const notFound = (message: string): KeystoneRefusal => new KeystoneRefusal(404, message);
export const couldNotFind = (what: string, id: string): KeystoneRefusal =>
  notFound(`Could not find ${what}: ${id}.`);
export const conflict = (what: string, why: string): KeystoneRefusal =>
  new KeystoneRefusal(409, `Conflict occurred attempting to store ${what} - ${why}.`);
