import * as z from 'zod';
import * as field from '../../../config/fields.ts';

const VOLUME_ID_RIGHT = 'the id of a volume, such as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
const BACKUP_ID_RIGHT = 'the id of a backup, such as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
const SERVER_ID_RIGHT = 'the id of a server, such as 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed';
const INSTANT_RIGHT = 'an instant with its zone, such as 2026-11-23T03:30:00Z';

export const volumeId = id(VOLUME_ID_RIGHT);
export const backupId = id(BACKUP_ID_RIGHT);
export const serverId = id(SERVER_ID_RIGHT);
export const volumeIds = z
  .array(volumeId, { error: field.shouldBe('a list of volume ids') })
  .min(1, { error: field.shouldBe('a list of volume ids; leave the key out for all') });

export const policy = field.text('the name of a policy');

/** As people and EventBridge Scheduler write it, with seconds or without. */
export const instant = z.iso
  .datetime({ offset: true, error: field.shouldBe(INSTANT_RIGHT) })
  .transform((text) => new Date(text));

function id(right: string) {
  return z.uuid({ error: field.shouldBe(right) }).toLowerCase();
}

export function has(event: unknown, key: string): boolean {
  return typeof event === 'object' && event !== null && key in event;
}

/** The value of a key; of anything but a mapping the thing itself. */
export function valueAt(event: unknown, key: string): unknown {
  return typeof event === 'object' && event !== null ? new Map(Object.entries(event)).get(key) : event;
}
