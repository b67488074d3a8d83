import type { Answer, Call } from '../protocol/call.ts';
import { badRequest, invalidInput, MALFORMED, policyRefusal } from '../protocol/errors.ts';
import { readBoolean } from '../protocol/filters.ts';
import { lastOf } from '../protocol/paging.ts';
import { authorize } from '../protocol/policy.ts';
import { type Schema, validateBody } from '../protocol/schema.ts';
import { DEFAULT_CLASS, LIMIT_NAMES, type Limits } from './quotas.ts';

const LIMIT_MAX = 0x7fff_ffff;
const OF_TYPE = ['volumes', 'snapshots', 'gigabytes'] as const;
/** Keys that a quota set may have and that are no quotas. */
const NOT_QUOTAS = ['tenant_id', 'id'];

const projectOf = (call: Call): string => call.params[0] ?? '';

/** `GET /os-quota-sets/{project}`; a member sees its own project's, with `usage=true` what it uses too. */
export function showQuotas(call: Call): Answer {
  const projectId = projectOf(call);
  requireOwn(call, projectId);
  const text = lastOf(call.query, 'usage') ?? 'false';
  const withUsage = readBoolean(text);
  if (withUsage === undefined) throw badRequest(`Value '${text}' for 'usage' is not a boolean.`);
  const limits = allLimits(call, call.cloud.quotas.limits(projectId));
  const quota_set = withUsage ? withUse(call, projectId, limits) : limits;
  return { status: 200, body: { quota_set: { ...quota_set, id: projectId } } };
}

/** `GET /os-quota-sets/{project}/defaults` */
export function showDefaultQuotas(call: Call): Answer {
  const projectId = projectOf(call);
  requireOwn(call, projectId);
  const limits = allLimits(call, call.cloud.quotas.defaults);
  return { status: 200, body: { quota_set: { ...limits, id: projectId } } };
}

function requireOwn(call: Call, projectId: string): void {
  if (!call.caller.isAdmin && projectId !== call.caller.projectId) {
    throw policyRefusal('volume_extension:quotas:show');
  }
  authorize(call, 'volume_extension:quotas:show', 'read');
}

/** `PUT /os-quota-sets/{project}`, for administrators. */
export function updateQuotas(call: Call): Answer {
  const limits = askedLimits(call, 'quota_set');
  const projectId = projectOf(call);
  const { quotas } = call.cloud;
  authorize(call, 'volume_extension:quotas:update');
  requireNumbers(call.body as { quota_set: Record<string, unknown> });
  const used: Partial<Record<string, number>> = quotas.used(projectId);
  for (const [name, limit = 0] of Object.entries(limits)) {
    const inUse = used[name] ?? 0;
    if (limit !== -1 && limit < inUse) {
      throw badRequest(
        `Quota ${name} limit must be equal or greater than existing resources. Current usage is ${inUse} and the ` +
          `requested limit is ${limit}.`,
      );
    }
  }
  quotas.setLimits(projectId, limits);
  return { status: 200, body: { quota_set: allLimits(call, quotas.limits(projectId)) } };
}

/** `DELETE /os-quota-sets/{project}`, for administrators: the defaults apply again. */
export function deleteQuotas(call: Call): Answer {
  authorize(call, 'volume_extension:quotas:delete');
  call.cloud.quotas.resetLimits(projectOf(call));
  return { status: 200 };
}

/** `GET /os-quota-class-sets/{class}`, for administrators; whatever its name, it is the one that there is. */
export function showQuotaClass(call: Call): Answer {
  authorize(call, 'volume_extension:quota_classes:get');
  const limits = allLimits(call, call.cloud.quotas.defaults);
  return { status: 200, body: { quota_class_set: { ...limits, id: projectOf(call) } } };
}

/** `PUT /os-quota-class-sets/default`, for administrators: the defaults of all projects. */
export function updateQuotaClass(call: Call): Answer {
  const limits = askedLimits(call, 'quota_class_set');
  authorize(call, 'volume_extension:quota_classes:update');
  call.cloud.quotas.setLimits(DEFAULT_CLASS, limits);
  return { status: 200, body: { quota_class_set: allLimits(call, call.cloud.quotas.defaults) } };
}

/** Those of single volume types, which are shown and kept but not applied, are unlimited unless set. */
function allLimits({ cloud }: Call, limits: Limits): Limits {
  const ofTypes = limitsOfTypes(cloud).map((name) => [name, -1] as const);
  return { ...Object.fromEntries(ofTypes), ...limits };
}

function limitsOfTypes({ types }: Call['cloud']): string[] {
  return Array.from(types.all()).flatMap(({ name }) => OF_TYPE.map((resource) => `${resource}_${name}`));
}

function withUse({ cloud }: Call, projectId: string, limits: Limits): Record<string, unknown> {
  const used: Partial<Record<string, number>> = {
    ...cloud.quotas.used(projectId),
    ...usedOfTypes(cloud, projectId),
  };
  return Object.fromEntries(
    Object.entries(limits).map(([name, limit]) => [name, { limit, in_use: used[name] ?? 0, reserved: 0 }]),
  );
}

/** What the project's volumes and snapshots of each type come to. */
function usedOfTypes(
  { types, volumes, snapshots }: Call['cloud'],
  projectId: string,
): Record<string, number> {
  const used: Record<string, number> = {};
  const count = (resource: string, typeId: string | undefined, amount: number): void => {
    const name = `${resource}_${types.get(typeId ?? '')?.name}`;
    used[name] = (used[name] ?? 0) + amount;
  };
  for (const { consumes_quota, volume_type_id, size } of volumes.ofProject(projectId)) {
    if (!consumes_quota) continue;
    count('volumes', volume_type_id, 1);
    count('gigabytes', volume_type_id, size);
  }
  for (const { volume_id, size } of snapshots.ofProject(projectId)) {
    const typeId = volumes.get(volume_id)?.volume_type_id;
    count('snapshots', typeId, 1);
    count('gigabytes', typeId, size);
  }
  return used;
}

/**
 * @throws {Refusal} 400 for a key that is no quota, or a limit that is no number from -1 up.
 * @see cinder/api/validation/validators.py _validate_quota_set (Cinder 21.3.1)
 */
function askedLimits(call: Call, name: 'quota_set' | 'quota_class_set'): Limits {
  const schema: Schema = {
    type: 'object',
    properties: { [name]: { type: 'object', minProperties: 1 } },
    required: [name],
    additionalProperties: false,
  };
  validateBody(call.body, schema);
  const asked = Object.entries((call.body as Record<string, Record<string, unknown>>)[name] ?? {});
  const known: readonly string[] = [...LIMIT_NAMES, ...limitsOfTypes(call.cloud)];
  const limits = asked
    .filter(([key]) => known.includes(key))
    .map(([key, value]) => [key, readLimit(key, value)] as const);
  const unknown = asked.filter(([key]) => !known.includes(key) && !NOT_QUOTAS.includes(key));
  if (unknown.length > 0) {
    throw invalidInput(`Bad key(s) in quota set: ${unknown.map(([key]) => key).join(', ')}`);
  }
  return Object.fromEntries(limits);
}

/** A number in a text passes for one until Cinder compares it with what is used. */
function requireNumbers({ quota_set }: { readonly quota_set: Readonly<Record<string, unknown>> }): void {
  const compared = Object.entries(quota_set).filter(([name]) => name !== 'per_volume_gigabytes');
  if (compared.some(([name, limit]) => typeof limit === 'string' && !NOT_QUOTAS.includes(name))) {
    throw badRequest(MALFORMED);
  }
}

function readLimit(name: string, value: unknown): number {
  const limit = typeof value === 'string' && /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : value;
  if (typeof limit !== 'number' || !Number.isInteger(limit)) throw badRequest(`${name} must be an integer`);
  if (limit < -1) throw badRequest(`${name} must be >= -1`);
  if (limit > LIMIT_MAX) throw badRequest(`${name} must be <= ${LIMIT_MAX}`);
  return limit;
}
