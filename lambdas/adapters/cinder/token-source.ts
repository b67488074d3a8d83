import { type Clock, CloudRefusedCredentialsError, type Log } from '../../app/ports.ts';
import type { Token } from './keystone.ts';

/**
 * What a token must still be good for: `this-call`, or a backup service that goes on using it long after the call was answered.
 *
 * @see cinder/backup/drivers/swift.py SwiftBackupDriver (uploads with the caller's token)
 */
export type TokenUse = 'this-call' | 'long-work';

const RENEW_AHEAD_MS = 120_000;
/** How long a token that could not be renewed is used on without another try. */
const RENEW_AGAIN_MS = 30_000;

export interface TokenSource {
  /**
   * A token that is good for the use; it is fetched at most once however many callers lack one. Renewed when less than 2 minutes or a
   * tenth of its life is left (for `long-work` less than half).
   */
  get(use?: TokenUse): Promise<Token>;
  /** Call with the token that got a 401: a newer one, already fetched, is left alone. */
  reject(rejected: Token): Promise<void>;
}

export function createTokenSource(fetch: () => Promise<Token>, clock: Clock, log: Log): TokenSource {
  let current: Promise<Token> | undefined;
  let renewAgainAtMs = Number.NEGATIVE_INFINITY;

  function renew(known?: Token): Promise<Token> {
    const fetched = fetch().catch((error: unknown) => {
      if (current === fetched) current = known === undefined ? undefined : Promise.resolve(known);
      if (known === undefined || error instanceof CloudRefusedCredentialsError || !isAlive(known, clock))
        throw error;
      renewAgainAtMs = clock.now().getTime() + RENEW_AGAIN_MS;
      log.warn('token could not be renewed ahead of its time, keeping it until it expires', {
        expiresAt: known.expiresAt.toISOString(),
        failure: error instanceof Error ? error.message : String(error),
      });
      return known;
    });
    current = fetched;
    return fetched;
  }

  return {
    async get(use = 'this-call') {
      const known = current;
      if (known === undefined) return renew();
      const token = await known;
      const isQuiet = clock.now().getTime() < renewAgainAtMs && isAlive(token, clock);
      if (isQuiet || isGoodFor(token, use, clock)) return token;
      // Another caller may have begun to renew it while this one waited.
      return current === known || current === undefined ? renew(token) : current;
    },
    async reject(rejected) {
      const known = current;
      if (known !== undefined && (await known) === rejected && current === known) current = undefined;
    },
  };
}

function isGoodFor(token: Token, use: TokenUse, clock: Clock): boolean {
  const lifeMs = token.expiresAt.getTime() - token.issuedAt.getTime();
  const leftMs = token.expiresAt.getTime() - clock.now().getTime();
  return leftMs > (use === 'long-work' ? lifeMs / 2 : Math.min(RENEW_AHEAD_MS, lifeMs / 10));
}

function isAlive(token: Token, clock: Clock): boolean {
  return token.expiresAt > clock.now();
}
