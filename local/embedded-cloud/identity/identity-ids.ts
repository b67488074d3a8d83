import { randomBytes, randomUUID } from 'node:crypto';

/** An id as Keystone makes them: a UUID without hyphens. */
export const newHexId = (): string => randomUUID().replaceAll('-', '');

/** A secret as Keystone makes it for an application credential that brings none. */
export const newSecret = (): string => randomBytes(64).toString('base64url');
