import type { Script, Stage } from '../script.ts';

/** Projects, users and roles: what a member sees, what an administrator makes. */
export const keystoneIdentity: Script = {
  name: 'keystone-identity',
  playsAlone: true,
  async play(stage) {
    await reading(stage);
    await making(stage);
  },
};

const asAdmin = { as: 'admin' } as const;
const K = 'keystone:/v3';

async function reading(stage: Stage): Promise<void> {
  const { projectId, otherProjectId } = stage;
  const user = stage.userIdOf('other');
  await stage.ask('projects', 'GET', `${K}/projects`);
  await stage.ask('own project', 'GET', `${K}/projects/${projectId}`);
  await stage.ask('other project', 'GET', `${K}/projects/${otherProjectId}`);
  await stage.ask('other project as admin', 'GET', `${K}/projects/${otherProjectId}`, asAdmin);
  await stage.ask('project of none', 'GET', `${K}/projects/nope`);
  await stage.ask('project of none as admin', 'GET', `${K}/projects/nope`, asAdmin);
  await stage.ask('projects by name', 'GET', `${K}/projects?name=other`, asAdmin);
  await stage.ask('projects by a name of none', 'GET', `${K}/projects?name=nope`, asAdmin);
  await stage.ask('own projects', 'GET', `${K}/users/${user}/projects`, { as: 'other' });
  await stage.ask("somebody else's projects", 'GET', `${K}/users/${user}/projects`, { as: 'reader' });
  await stage.ask('projects of nobody', 'GET', `${K}/users/nope/projects`, asAdmin);
  await stage.ask('users', 'GET', `${K}/users`);
  await stage.ask('users by name', 'GET', `${K}/users?name=admin`, asAdmin);
  await stage.ask('own user', 'GET', `${K}/users/${stage.userIdOf('cloudadmin')}`, { as: 'cloudadmin' });
  await stage.ask('another user', 'GET', `${K}/users/${user}`);
  await stage.ask('user of none', 'GET', `${K}/users/nope`);
  await stage.ask('user of none as admin', 'GET', `${K}/users/nope`, asAdmin);
  await stage.ask('domains', 'GET', `${K}/domains`);
  await stage.ask('domains as admin', 'GET', `${K}/domains`, asAdmin);
  await stage.ask('domain', 'GET', `${K}/domains/default`);
  await stage.ask('domain of none', 'GET', `${K}/domains/nope`, asAdmin);
  await stage.ask('roles', 'GET', `${K}/roles`);
  await stage.ask('roles by name', 'GET', `${K}/roles?name=member`, asAdmin);
  await stage.ask('role of none', 'GET', `${K}/roles/nope`, asAdmin);
  await stage.ask('who is what', 'GET', `${K}/role_assignments`);
  const mine = `${K}/role_assignments?user.id=${user}`;
  await stage.ask('who is what, by user', 'GET', mine, asAdmin);
  await stage.ask('who is what, with names', 'GET', `${mine}&include_names`, asAdmin);
  await stage.ask('without a token', 'GET', `${K}/projects`, { as: 'nobody' });
}

async function making(stage: Stage): Promise<void> {
  const { run } = stage;
  const project = { name: `acme-${run}`, description: 'made by a test' };
  await stage.ask('make a project as member', 'POST', `${K}/projects`, { body: { project } });
  const projectId = (
    await stage.ask('make a project', 'POST', `${K}/projects`, { ...asAdmin, body: { project } })
  ).text('project.id');
  await stage.ask('make it again', 'POST', `${K}/projects`, { ...asAdmin, body: { project } });
  await stage.ask('make one without a name', 'POST', `${K}/projects`, { ...asAdmin, body: { project: {} } });
  const user = { name: `alice-${run}`, password: 'wonderland', default_project_id: projectId };
  const made = await stage.ask('make a user', 'POST', `${K}/users`, { ...asAdmin, body: { user } });
  const userId = made.text('user.id');
  await stage.ask('make it once more', 'POST', `${K}/users`, { ...asAdmin, body: { user } });
  await stage.ask('make a user as member', 'POST', `${K}/users`, { body: { user } });
  const password = { user: { id: userId, password: 'wonderland' } };
  const identity = { methods: ['password'], password };
  const tokens = `${K}/auth/tokens?nocatalog`;
  const logIn = (name: string, auth: object) =>
    stage.ask(name, 'POST', tokens, { as: 'nobody', body: { auth } });
  await logIn('log in before there is a role', { identity, scope: { project: { id: projectId } } });
  const role = await stage.need('GET', `${K}/roles?name=member`, asAdmin);
  const roleId = role.text('roles.0.id');
  stage.call(roleId, 'role member');
  const grant = `${K}/projects/${projectId}/users/${userId}/roles/${roleId}`;
  await stage.ask('give a role', 'PUT', grant, asAdmin);
  await stage.ask('give a role as member', 'PUT', grant);
  await stage.ask('has the role', 'HEAD', grant, asAdmin);
  await stage.ask(
    'roles of the user there',
    'GET',
    `${K}/projects/${projectId}/users/${userId}/roles`,
    asAdmin,
  );
  await logIn('log in to the default project', { identity });
  await stage.ask('take the role away', 'DELETE', grant, asAdmin);
  await stage.ask('take it away again', 'DELETE', grant, asAdmin);
  await stage.ask('has no role', 'HEAD', grant, asAdmin);
  await stage.ask('remove the project', 'DELETE', `${K}/projects/${projectId}`, asAdmin);
  await stage.ask('remove it again', 'DELETE', `${K}/projects/${projectId}`, asAdmin);
  await stage.ask('remove the user', 'DELETE', `${K}/users/${userId}`, asAdmin);
  await stage.ask('give a role to nobody', 'PUT', grant, asAdmin);
}
