import type { Template } from 'aws-cdk-lib/assertions';
import type { FunctionName } from '../../lib/function-bundle.ts';
import { resourcesOf } from './deployment-templates.ts';

/** One action on one resource; what only AWS can fill in stands as JSON. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
}

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** What the template lets the role of a function do, action by action. */
export function allowedTo(template: Template, name: FunctionName): Permission[] {
  const functions = Object.values(resourcesOf(template, 'AWS::Lambda::Function'));
  const found = functions.find(({ Properties }) => String(Properties.FunctionName).endsWith(`-${name}`));
  const role = (found?.Properties.Role as { 'Fn::GetAtt'?: [string, string] } | undefined)?.[
    'Fn::GetAtt'
  ]?.[0];
  if (role === undefined) throw new Error(`there is no function ${name}, or it has no role`);
  const policies = Object.values(resourcesOf(template, 'AWS::IAM::Policy')).filter(({ Properties }) =>
    JSON.stringify(Properties.Roles).includes(`"${role}"`),
  );
  return policies.flatMap(({ Properties }) =>
    (Properties.PolicyDocument as { Statement: Statement[] }).Statement.flatMap(toPermissions),
  );
}

function toPermissions({ Effect, Action, Resource }: Statement): Permission[] {
  if (Effect !== 'Allow') throw new Error(`a statement that does not allow: ${Effect}`);
  const resources = [Resource].flat().map(toText);
  return [Action]
    .flat()
    .flatMap((action) => resources.map((resource) => ({ action: String(action), resource })));
}

/** A joined ARN as one text, with what is a reference left as JSON. */
function toText(value: unknown): string {
  if (typeof value === 'string') return value;
  const join = (value as { 'Fn::Join'?: [string, unknown[]] })['Fn::Join'];
  return join === undefined ? JSON.stringify(value) : join[1].map(toText).join(join[0]);
}
