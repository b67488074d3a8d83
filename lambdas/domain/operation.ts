/**
 * What is done to a cloud, as far as a credential of its own can be given for it: looking; making backups and marking them; deleting
 * backups; restoring, with the volumes that are made for it.
 */
export const OPERATIONS = ['read', 'create', 'prune', 'restore'] as const;
export type Operation = (typeof OPERATIONS)[number];
