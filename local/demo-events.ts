import type { DemoVolumes } from './demo-volumes.ts';
import type { CloudControl } from './embedded-cloud/embedded-cloud.ts';

/** Something that happens to the cloud in the course of the demonstration. */
export interface DemoEvent {
  /** Days since the beginning. */
  readonly atDay: number;
  readonly what: string;
  readonly happen: (control: CloudControl, volumes: DemoVolumes) => void;
}

const HOUR = 1 / 24;
const MINUTE = HOUR / 60;
/** 03:20 in Berlin, before the nightly slot. */
const BEFORE_NIGHTLY = 2 * HOUR + 20 * MINUTE;

/** In the order of time. Whatever goes wrong here must have been made good at the end. */
export const DEMO_EVENTS: readonly DemoEvent[] = [
  {
    atDay: 0,
    what: 'the object store is unreliable: now and then a backup fails',
    happen: (control) =>
      control.addFault({
        match: { operation: 'create-backup' },
        effect: { fail: { reason: 'Object PUT failed: 503 Service Unavailable' } },
        probability: 0.012,
        seed: 4,
      }),
  },
  {
    atDay: 5.5,
    what: 'somebody backs up app-01 by hand',
    happen: (control, volumes) =>
      control.addForeignBackup({ volumeId: idOf('app-01', volumes), name: 'before the upgrade' }),
  },
  {
    atDay: 8 + BEFORE_NIGHTLY,
    what: 'the network drops three answers',
    happen: (control) =>
      control.addFault({ match: { operation: 'create-backup' }, effect: { dropAnswer: true }, times: 3 }),
  },
  {
    atDay: 11.6,
    what: 'db-stock grows from 30 to 45 GiB',
    happen: (control, volumes) => control.extendVolume(idOf('db-stock', volumes), 45),
  },
  {
    atDay: 14 + BEFORE_NIGHTLY,
    what: 'a backup of mail gets stuck',
    happen: (control) =>
      control.addFault({ match: { volumeName: 'mail' }, effect: { stuck: true }, times: 1 }),
  },
  {
    atDay: 14.25,
    what: 'an operator resets the stuck backup to error',
    happen: resetStuck,
  },
  {
    atDay: 17.5,
    what: 'wiki is deleted; its backups stay (onVolumeGone: keep)',
    happen: (control, volumes) => control.removeVolume(idOf('wiki', volumes)),
  },
  {
    atDay: 20 + BEFORE_NIGHTLY,
    what: 'the API is overloaded for a while (503, 429)',
    happen: (control) => {
      control.addFault({ match: { method: 'GET' }, effect: { refuse: { status: 503 } }, times: 5 });
      control.addFault({
        match: { operation: 'create-backup' },
        effect: { refuse: { status: 429, retryAfterSeconds: 20 } },
        times: 4,
      });
    },
  },
  {
    atDay: 23,
    what: 'two deletions fail',
    happen: (control) =>
      control.addFault({
        match: {},
        effect: { failDelete: { reason: 'Object DELETE failed: 503' } },
        times: 2,
      }),
  },
  {
    atDay: 26 + BEFORE_NIGHTLY + 15 * MINUTE,
    what: 'cinder-backup goes down during the nightly backups',
    happen: (control) => control.stopBackupService(),
  },
  {
    atDay: 26 + BEFORE_NIGHTLY + 40 * MINUTE,
    what: 'cinder-backup is back',
    happen: (control) => control.startBackupService(),
  },
];

function idOf(name: string, volumes: DemoVolumes): string {
  const id = volumes.get(name);
  if (id === undefined) throw new Error(`the demonstration has no volume ${name}`);
  return id;
}

function resetStuck(control: CloudControl, volumes: DemoVolumes): void {
  const mail = idOf('mail', volumes);
  for (const { id, volume_id, status } of control.backups()) {
    if (volume_id === mail && status === 'creating') {
      control.setBackup(id, { status: 'error', fail_reason: 'reset by an operator' });
    }
  }
}
