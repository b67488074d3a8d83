import {
  type ApplicationCredential,
  ApplicationCredentials,
  type ApplicationCredentialsRecord,
} from './application-credentials.ts';
import { newHexId } from './identity-ids.ts';
import { TokenStore } from './tokens.ts';

/** From the least to the greatest: each implies those before it, as Keystone's implied roles do. */
export const ROLES = ['reader', 'member', 'admin'] as const;
export type Role = (typeof ROLES)[number];

export interface Project {
  readonly id: string;
  readonly name: string;
  readonly description: string;
}

export interface User {
  readonly id: string;
  readonly name: string;
  readonly password: string;
  /** The project of a token for which no scope was asked. */
  readonly defaultProjectId: string | undefined;
}

/** A role that a user has in a project. */
export interface Grant {
  readonly userId: string;
  readonly projectId: string;
  readonly role: Role;
}

export const DOMAIN = { id: 'default', name: 'Default' } as const;

const isSame = (a: Grant, b: Grant): boolean =>
  a.userId === b.userId && a.projectId === b.projectId && a.role === b.role;

/** All of an identity but its tokens, as it is saved. */
export interface IdentityRecord {
  readonly users: readonly User[];
  readonly projects: readonly Project[];
  readonly grants: readonly Grant[];
  readonly applicationCredentials: ApplicationCredentialsRecord;
  readonly project: Project;
  readonly member: User;
  readonly admin: User;
  readonly applicationCredential: ApplicationCredential;
}

/** Who may speak to the cloud, for which project, and with which tokens. */
export class Identity {
  readonly tokens = new TokenStore();
  readonly applicationCredentials = new ApplicationCredentials();
  readonly #users = new Map<string, User>();
  readonly #projects = new Map<string, Project>();
  #grants: Grant[] = [];
  #project: Project;
  #member: User;
  #admin: User;
  #applicationCredential: ApplicationCredential;

  constructor(project: Partial<Project> = {}) {
    this.#project = this.addProject({ name: 'demo', ...project });
    const otherProject = this.addProject({ name: 'other' });
    const adminProject = this.addProject({ name: 'admin' });
    this.#member = this.addUser({ name: 'demo', password: 'demo-secret' });
    this.#admin = this.addUser({ name: 'admin', password: 'admin-secret' });
    const reader = this.addUser({ name: 'reader', password: 'reader-secret' });
    const other = this.addUser({ name: 'other', password: 'other-secret' });
    const grants: readonly (readonly [User, Project, Role])[] = [
      [this.member, this.#project, 'member'],
      [reader, this.#project, 'reader'],
      [other, otherProject, 'member'],
      [this.admin, this.#project, 'admin'],
      [this.admin, otherProject, 'admin'],
      [this.admin, adminProject, 'admin'],
    ];
    for (const [user, { id }, role] of grants) this.grant({ userId: user.id, projectId: id, role });
    this.#applicationCredential = this.applicationCredentials.add({
      name: 'cinderkeep',
      description: null,
      secret: 'cinderkeep-secret',
      user_id: this.member.id,
      project_id: this.#project.id,
      roles: ['member'],
      expires_at_ms: null,
      unrestricted: null,
    });
  }

  get member(): User {
    return this.#member;
  }

  get admin(): User {
    return this.#admin;
  }

  /** The member's credential for the project, as it was made: somebody may have deleted it since. */
  get applicationCredential(): ApplicationCredential {
    return this.#applicationCredential;
  }

  toRecord(): IdentityRecord {
    return {
      users: this.users,
      projects: this.projects,
      grants: this.#grants,
      applicationCredentials: this.applicationCredentials.toRecord(),
      project: this.#project,
      member: this.#member,
      admin: this.#admin,
      applicationCredential: this.#applicationCredential,
    };
  }

  /** Becomes what was recorded, whatever it was before; tokens are another matter. */
  become(record: IdentityRecord): void {
    this.#users.clear();
    this.#projects.clear();
    for (const user of record.users) this.#users.set(user.id, user);
    for (const project of record.projects) this.#projects.set(project.id, project);
    this.#grants = [...record.grants];
    this.applicationCredentials.become(record.applicationCredentials);
    this.#project = record.project;
    this.#member = record.member;
    this.#admin = record.admin;
    this.#applicationCredential = record.applicationCredential;
  }

  /** The project behind the ordinary credentials. */
  get project(): Project {
    return this.#project;
  }

  get projects(): readonly Project[] {
    return [...this.#projects.values()];
  }

  get users(): readonly User[] {
    return [...this.#users.values()];
  }

  get grants(): readonly Grant[] {
    return this.#grants;
  }

  getProject(id: string): Project | undefined {
    return this.#projects.get(id);
  }

  getUser(id: string): User | undefined {
    return this.#users.get(id);
  }

  addProject(project: Partial<Project> & Pick<Project, 'name'>): Project {
    const added = { id: newHexId(), description: '', ...project };
    this.#projects.set(added.id, added);
    return added;
  }

  addUser(user: Partial<User> & Pick<User, 'name' | 'password'>): User {
    const added = { id: newHexId(), defaultProjectId: undefined, ...user };
    this.#users.set(added.id, added);
    return added;
  }

  hasGrant(grant: Grant): boolean {
    return this.#grants.some((one) => isSame(one, grant));
  }

  grant(grant: Grant): void {
    if (!this.hasGrant(grant)) this.#grants.push(grant);
  }

  /** Takes the role away; tokens and application credentials that stood on it are void. */
  revoke(grant: Grant, nowMs: number): void {
    const { userId, projectId } = grant;
    this.#grants = this.#grants.filter((one) => !isSame(one, grant));
    this.tokens.revokeWhere(({ user, project }) => user.id === userId && project?.id === projectId, nowMs);
    this.applicationCredentials.removeWhere((one) => one.user_id === userId && one.project_id === projectId);
  }

  removeUser({ id }: User, nowMs: number): void {
    this.#users.delete(id);
    this.#grants = this.#grants.filter(({ userId }) => userId !== id);
    this.tokens.revokeWhere(({ user }) => user.id === id, nowMs);
    this.applicationCredentials.removeWhere(({ user_id }) => user_id === id);
  }

  removeProject({ id }: Project, nowMs: number): void {
    this.#projects.delete(id);
    this.#grants = this.#grants.filter(({ projectId }) => projectId !== id);
    this.tokens.revokeWhere(({ project }) => project?.id === id, nowMs);
    this.applicationCredentials.removeWhere(({ project_id }) => project_id === id);
  }

  removeApplicationCredential({ id }: ApplicationCredential, nowMs: number): void {
    this.applicationCredentials.remove(id);
    this.tokens.revokeWhere(({ applicationCredential }) => applicationCredential?.id === id, nowMs);
  }

  /** Puts another project behind the same credentials; tokens of the former are gone, as if it had been deleted. */
  replaceProject(project: Partial<Project>): Project {
    const former = this.#project;
    this.#projects.delete(former.id);
    this.#project = this.addProject({ name: former.name, ...project });
    const { id } = this.#project;
    this.#grants = this.#grants.map((one) => (one.projectId === former.id ? { ...one, projectId: id } : one));
    this.applicationCredentials.moveToProject(former.id, id);
    this.tokens.forgetWhere((token) => token.project?.id === former.id);
    return this.#project;
  }

  /** The user's roles in the project, those that they imply among them; the greatest first. */
  rolesOf(user: User, project: Project): readonly Role[] {
    const greatest = Math.max(
      ...this.#grants
        .filter(({ userId, projectId }) => userId === user.id && projectId === project.id)
        .map(({ role }) => ROLES.indexOf(role)),
      -1,
    );
    return ROLES.slice(0, greatest + 1).reverse();
  }

  /** The projects in which the user has a role. */
  projectsOf(user: User): Project[] {
    return this.projects.filter((project) => this.rolesOf(user, project).length > 0);
  }
}
