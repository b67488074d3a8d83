/** One call of a function to AWS. */
export interface AwsCall {
  /** `dynamodb:PutItem`. */
  readonly action: string;
  readonly resource: string;
}

/** Of a template's policy document, its intrinsic functions worked out. */
export interface PolicyStatement {
  readonly effect: string;
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/** @throws for what is not understood here: conditions, exclusions. */
export function readStatement(statement: Readonly<Record<string, unknown>>): PolicyStatement {
  const { Sid: _id, Effect: effect, Action: action, Resource: resource, ...rest } = statement;
  if (Object.keys(rest).length > 0) throw new Error(`a policy statement has ${Object.keys(rest).join(', ')}`);
  return { effect: String(effect), actions: toList(action), resources: toList(resource) };
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html */
export function isAllowed(call: AwsCall, statements: readonly PolicyStatement[]): boolean {
  const matching = statements.filter((statement) => isAbout(call, statement));
  return (
    matching.some(({ effect }) => effect === 'Allow') && !matching.some(({ effect }) => effect === 'Deny')
  );
}

export function isAbout({ action, resource }: AwsCall, { actions, resources }: PolicyStatement): boolean {
  return (
    actions.some((pattern) => matches(action, pattern)) &&
    resources.some((pattern) => matches(resource, pattern))
  );
}

function matches(text: string, pattern: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}

function toList(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map((each) => {
    if (typeof each !== 'string') throw new Error(`not worked out: ${JSON.stringify(each)}`);
    return each;
  });
}
