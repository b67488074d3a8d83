import { randomBytes } from 'node:crypto';
import type { ApplicationCredential } from './application-credentials.ts';
import type { Project, Role, User } from './identity.ts';

export type AuthMethod = 'password' | 'application_credential' | 'token';

export interface Token {
  readonly text: string;
  readonly user: User;
  readonly project: Project | undefined;
  readonly roles: readonly Role[];
  readonly methods: readonly AuthMethod[];
  readonly applicationCredential: ApplicationCredential | undefined;
  /** Its own, and that of the token from which it was made. */
  readonly auditIds: readonly string[];
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
  revokedAtMs: number | undefined;
  /** When Cinder first saw it: it believes in a token it has seen for a while. */
  seenAtMs: number | undefined;
}

type NewToken = Omit<Token, 'text' | 'auditIds' | 'revokedAtMs' | 'seenAtMs'>;

const KEPT_UNTIL_SWEPT = 1000;

/** The tokens that were given out, as Keystone knows them and as Cinder remembers them. */
export class TokenStore {
  readonly #tokens = new Map<string, Token>();
  #onChange: ((text: string) => void) | undefined;

  /** Lets somebody know of each token that is given out, revoked or forgotten. */
  watch(onChange: (text: string) => void): void {
    this.#onChange = onChange;
  }

  get(text: string): Token | undefined {
    return this.#tokens.get(text);
  }

  insert(token: Token): void {
    this.#tokens.set(token.text, token);
    this.#onChange?.(token.text);
  }

  issue(token: NewToken, parent?: Token): Token {
    const audit = randomBytes(16).toString('base64url');
    const issued: Token = {
      ...token,
      text: `gAAAAAB${randomBytes(96).toString('base64url')}`,
      auditIds: [audit, ...(parent?.auditIds.slice(-1) ?? [])],
      revokedAtMs: undefined,
      seenAtMs: undefined,
    };
    this.#forgetExpired(token.issuedAtMs);
    this.insert(issued);
    return issued;
  }

  /** The token, if it is neither expired nor revoked. */
  find(text: string, nowMs: number): Token | undefined {
    const token = this.#tokens.get(text);
    return token === undefined || token.expiresAtMs <= nowMs || token.revokedAtMs !== undefined
      ? undefined
      : token;
  }

  /** The token as an API process sees it that remembers what it has seen: revocation reaches it late. */
  findAsCinder(text: string, nowMs: number, rememberMs: number): Token | undefined {
    const token = this.#tokens.get(text);
    if (token === undefined || token.expiresAtMs <= nowMs) return undefined;
    if (token.revokedAtMs === undefined) {
      token.seenAtMs ??= nowMs;
      return token;
    }
    const isRemembered = token.seenAtMs !== undefined && nowMs < token.revokedAtMs + rememberMs;
    return isRemembered ? token : undefined;
  }

  revokeWhere(isMeant: (token: Token) => boolean, nowMs: number): void {
    for (const token of this.#tokens.values()) {
      if (token.revokedAtMs !== undefined || !isMeant(token)) continue;
      token.revokedAtMs = nowMs;
      this.#onChange?.(token.text);
    }
  }

  /** Forgets these tokens at once, everywhere. */
  forgetWhere(isMeant: (token: Token) => boolean): void {
    for (const token of this.#tokens.values()) {
      if (!isMeant(token)) continue;
      this.#tokens.delete(token.text);
      this.#onChange?.(token.text);
    }
  }

  #forgetExpired(nowMs: number): void {
    if (this.#tokens.size >= KEPT_UNTIL_SWEPT) this.forgetWhere((token) => token.expiresAtMs <= nowMs);
  }
}
