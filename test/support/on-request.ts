import type { RequestRecord } from '../../local/embedded-cloud/embedded-cloud.ts';
import type { World } from './world.ts';

/** Calls the listener at every request that the cloud has answered, before the answer is sent. */
export function onRequest(
  { control }: Pick<World, 'control'>,
  listener: (record: RequestRecord) => void,
): void {
  const log = control.requests;
  const add = log.add.bind(log);
  log.add = (record) => {
    add(record);
    listener(record);
  };
}
