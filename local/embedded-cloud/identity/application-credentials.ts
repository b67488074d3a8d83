import type { Role } from './identity.ts';
import { newHexId } from './identity-ids.ts';

/** What an application credential may be used for: one method on the paths of one service that fit a pattern. */
export interface AccessRule {
  readonly id: string;
  readonly user_id: string;
  readonly service: string;
  readonly path: string;
  readonly method: string;
}

export interface ApplicationCredential {
  readonly id: string;
  readonly name: string;
  readonly description: string | null;
  readonly secret: string;
  readonly user_id: string;
  readonly project_id: string | null;
  readonly roles: readonly Role[];
  readonly expires_at_ms: number | null;
  /** Whether it may make and delete credentials itself; null, as Keystone shows it, when nobody said so. */
  readonly unrestricted: boolean | null;
  /** Without rules, everything that its roles allow. */
  readonly access_rules: readonly AccessRule[] | undefined;
}

type NewCredential = Omit<ApplicationCredential, 'id' | 'access_rules'> & {
  readonly id?: string;
  readonly access_rules?: readonly AccessRule[] | undefined;
};

export interface ApplicationCredentialsRecord {
  readonly credentials: readonly ApplicationCredential[];
  readonly rules: readonly AccessRule[];
}

/** The application credentials of all users, and their access rules, which outlive them. */
export class ApplicationCredentials {
  readonly #credentials = new Map<string, ApplicationCredential>();
  readonly #rules = new Map<string, AccessRule>();

  add(credential: NewCredential): ApplicationCredential {
    const added = { access_rules: undefined, ...credential, id: credential.id ?? newHexId() };
    this.#credentials.set(added.id, added);
    return added;
  }

  toRecord(): ApplicationCredentialsRecord {
    return { credentials: [...this.#credentials.values()], rules: [...this.#rules.values()] };
  }

  become({ credentials, rules }: ApplicationCredentialsRecord): void {
    this.#credentials.clear();
    this.#rules.clear();
    for (const credential of credentials) this.#credentials.set(credential.id, credential);
    for (const rule of rules) this.#rules.set(rule.id, rule);
  }

  get(id: string): ApplicationCredential | undefined {
    return this.#credentials.get(id);
  }

  find(userId: string, name: string): ApplicationCredential | undefined {
    return this.ofUser(userId).find((credential) => credential.name === name);
  }

  ofUser(userId: string): ApplicationCredential[] {
    return [...this.#credentials.values()].filter((credential) => credential.user_id === userId);
  }

  remove(id: string): void {
    this.#credentials.delete(id);
  }

  removeWhere(isMeant: (credential: ApplicationCredential) => boolean): void {
    for (const credential of this.#credentials.values()) if (isMeant(credential)) this.remove(credential.id);
  }

  /** Puts another project behind the credentials of this one. */
  moveToProject(formerId: string, projectId: string): void {
    for (const credential of this.#credentials.values()) {
      if (credential.project_id !== formerId) continue;
      this.#credentials.set(credential.id, { ...credential, project_id: projectId });
    }
  }

  /** The user's rule of this wording; it is made only once. */
  ruleOf(rule: Omit<AccessRule, 'id'> & { readonly id?: string | undefined }): AccessRule {
    const known = this.rulesOfUser(rule.user_id).find(
      ({ service, path, method }) => service === rule.service && path === rule.path && method === rule.method,
    );
    if (known !== undefined) return known;
    const made = { ...rule, id: rule.id ?? newHexId() };
    this.#rules.set(made.id, made);
    return made;
  }

  rulesOfUser(userId: string): AccessRule[] {
    return [...this.#rules.values()].filter((rule) => rule.user_id === userId);
  }

  isRuleInUse(id: string): boolean {
    return [...this.#credentials.values()].some(({ access_rules }) =>
      access_rules?.some((rule) => rule.id === id),
    );
  }

  removeRule(id: string): void {
    this.#rules.delete(id);
  }
}
