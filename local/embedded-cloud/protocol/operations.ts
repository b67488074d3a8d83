/** What a request may ask of the cloud; the names by which fault rules and request counts speak. */
export const OPERATIONS = [
  'discover',
  'authenticate',
  'show-token',
  'revoke-token',
  'other-identity',
  'ask-neighbour',
  'list-backups',
  'show-backup',
  'create-backup',
  'update-backup',
  'delete-backup',
  'act-on-backup',
  'force-delete-backup',
  'reset-backup',
  'restore-backup',
  'export-backup',
  'import-backup',
  'list-volumes',
  'show-volume',
  'create-volume',
  'update-volume',
  'update-volume-metadata',
  'delete-volume',
  'act-on-volume',
  'list-snapshots',
  'show-snapshot',
  'create-snapshot',
  'update-snapshot',
  'update-snapshot-metadata',
  'delete-snapshot',
  'act-on-snapshot',
  'show-limits',
  'show-quotas',
  'update-quotas',
  'list-types',
  'update-types',
  'list-other',
] as const;

export type Operation = (typeof OPERATIONS)[number];

const ACTIONS: Readonly<Record<string, Operation>> = {
  'os-force_delete': 'force-delete-backup',
  'os-reset_status': 'reset-backup',
};

/** The operation by its own name where the route's is only that of an action: the body says which. */
export function nameOperation(routed: Operation, body: unknown): Operation {
  if (routed !== 'act-on-backup' || typeof body !== 'object' || body === null) return routed;
  return ACTIONS[Object.keys(body)[0] ?? ''] ?? routed;
}
