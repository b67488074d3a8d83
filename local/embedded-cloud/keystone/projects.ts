import { DOMAIN, type Project } from '../identity/identity.ts';
import { newHexId } from '../identity/identity-ids.ts';
import { type Schema, TYPES } from '../protocol/schema.ts';
import { authorize, callerOf, type KeystoneAnswer, type KeystoneCall, linkTo, listAnswer } from './call.ts';
import { conflict, couldNotFind } from './errors.ts';
import { readBody } from './request-body.ts';

function projectView(call: KeystoneCall, { id, name, description }: Project) {
  return {
    id,
    name,
    domain_id: DOMAIN.id,
    description,
    enabled: true,
    parent_id: DOMAIN.id,
    is_domain: false,
    tags: [],
    options: {},
    links: { self: linkTo(call, `projects/${id}`) },
  };
}

function projectList(call: KeystoneCall, projects: readonly Project[]): KeystoneAnswer {
  return listAnswer(
    call,
    'projects',
    projects.map((project) => projectView(call, project)),
  );
}

/** Those for which the caller could have a token. */
export function listOwnProjects(call: KeystoneCall): KeystoneAnswer {
  return projectList(call, call.cloud.identity.projectsOf(callerOf(call).user));
}

export function listUserProjects(call: KeystoneCall): KeystoneAnswer {
  const userId = call.params[0] ?? '';
  authorize(call, 'list_user_projects', ({ user }) => user.id === userId);
  const user = call.cloud.identity.getUser(userId);
  if (user === undefined) throw couldNotFind('user', userId);
  return projectList(call, call.cloud.identity.projectsOf(user));
}

export function listProjects(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'list_projects');
  return projectList(call, call.cloud.identity.projects);
}

export function showProject(call: KeystoneCall): KeystoneAnswer {
  const id = call.params[0] ?? '';
  authorize(call, 'get_project', ({ project }) => project?.id === id);
  return { status: 200, body: { project: projectView(call, findProject(call, id)) } };
}

const newProject: Schema = {
  type: 'object',
  properties: { name: { ...TYPES.text, type: 'string', minLength: 1 }, description: TYPES.text },
  required: ['name'],
};

export function postProject(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'create_project');
  const { name, description } = readBody<{ name: string; description?: string }>(call, 'project', newProject);
  const { identity } = call.cloud;
  if (identity.projects.some((project) => project.name === name)) {
    throw conflict(
      'project',
      'it is not permitted to have two projects with either the same name or same id in the same domain: name is ' +
        `${name}, project id ${newHexId()}`,
    );
  }
  const project = identity.addProject({ name, description: description ?? '' });
  return { status: 201, body: { project: projectView(call, project) } };
}

/** What the project has in Cinder stays there, as it does in a real cloud. */
export function removeProject(call: KeystoneCall): KeystoneAnswer {
  authorize(call, 'delete_project');
  call.cloud.identity.removeProject(findProject(call, call.params[0] ?? ''), call.nowMs);
  return { status: 204 };
}

function findProject({ cloud }: KeystoneCall, id: string): Project {
  const project = cloud.identity.getProject(id);
  if (project === undefined) throw couldNotFind('project', id);
  return project;
}
