/** An answer of the cloud that is not the one hoped for: what the request gets instead. */
export class Refusal extends Error {
  readonly status: number;
  readonly retryAfterSeconds: number | undefined;

  constructor(status: number, message: string, retryAfterSeconds?: number) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** @see cinder/api/openstack/wsgi.py Fault._fault_names; observed on Cinder 21.3.1 (Zed) */
const FAULT_NAMES: Readonly<Record<number, string>> = {
  400: 'badRequest',
  401: 'unauthorized',
  403: 'forbidden',
  404: 'itemNotFound',
  405: 'badMethod',
  409: 'conflictingRequest',
  413: 'overLimit',
  415: 'badMediaType',
  429: 'overLimit',
  501: 'notImplemented',
  503: 'serviceUnavailable',
};

/** The body of a refusal as Cinder's API writes it. */
export function faultBody(refusal: Refusal): Record<string, unknown> {
  const name = FAULT_NAMES[refusal.status] ?? 'computeFault';
  const fault: Record<string, unknown> = { code: refusal.status, message: refusal.message };
  if (refusal.retryAfterSeconds !== undefined) fault.retryAfter = String(refusal.retryAfterSeconds);
  return { [name]: fault };
}

/** The one body of every 401 of Cinder, whatever is wrong with the token (written by keystonemiddleware). */
export const UNAUTHORIZED_BODY = {
  error: {
    code: 401,
    title: 'Unauthorized',
    message: 'The request you have made requires authentication.',
  },
} as const;

/** The body for a path or method that no route knows; its code is a string. */
export const NO_ROUTE_BODY = {
  message: 'The resource could not be found.<br /><br />\n\n\n',
  code: '404 Not Found',
  title: 'Not Found',
} as const;

/** The largest body that is read. */
export const BODY_BYTES_MAX = 114_688;

/** @see oslo_middleware/sizelimit.py RequestBodySizeLimiter; observed on Cinder 21.3.1 (Zed) */
export const TOO_LARGE_BODY = {
  message: `Request is too large. Larger than max_request_body_size (${BODY_BYTES_MAX}).<br /><br />\n\n\n`,
  code: '413 Request Entity Too Large',
  title: 'Request Entity Too Large',
} as const;

/** What Cinder says where it says nothing of its own. */
export const MALFORMED =
  'The server could not comply with the request since it is either malformed or otherwise incorrect.';

export const badRequest = (message: string): Refusal => new Refusal(400, message);
export const invalidBackup = (reason: string): Refusal => badRequest(`Invalid backup: ${reason}`);
export const invalidVolume = (reason: string): Refusal => badRequest(`Invalid volume: ${reason}`);
export const invalidSnapshot = (reason: string): Refusal => badRequest(`Invalid snapshot: ${reason}`);
export const invalidInput = (reason: string): Refusal => badRequest(`Invalid input received: ${reason}`);
export const overLimit = (message: string): Refusal => new Refusal(413, message, 0);

export function notFound(
  what: 'Backup' | 'Volume' | 'Snapshot' | 'Message' | 'Service',
  id: string,
): Refusal {
  return new Refusal(404, `${what} ${id} could not be found.`);
}

/** What a method answers whose microversion is not reached. */
export const noSuchMethod = (): Refusal => new Refusal(404, 'The resource could not be found.');

export function policyRefusal(policy: string): Refusal {
  return new Refusal(403, `Policy doesn't allow ${policy} to be performed.`);
}

/** What Cinder answers where its own code fails, as for an empty body. */
export function serverFault(): Refusal {
  return new Refusal(
    500,
    'The server has either erred or is incapable of performing the requested operation.',
  );
}
