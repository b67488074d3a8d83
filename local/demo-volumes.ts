import type { CloudControl } from './embedded-cloud/embedded-cloud.ts';

/** The volumes of the demonstration by name, with their ids in the embedded cloud. */
export type DemoVolumes = ReadonlyMap<string, string>;

interface DemoVolume {
  readonly name: string;
  readonly sizeGib: number;
  /** The value of its metadata `backup`; without one no policy selects it. */
  readonly backup?: 'nightly' | 'database' | 'archive';
  /** Attached to a server. */
  readonly isInUse?: true;
}

const VOLUMES: readonly DemoVolume[] = [
  { name: 'web-01', sizeGib: 20, backup: 'nightly', isInUse: true },
  { name: 'web-02', sizeGib: 20, backup: 'nightly', isInUse: true },
  { name: 'app-01', sizeGib: 40, backup: 'nightly' },
  { name: 'app-02', sizeGib: 40, backup: 'nightly' },
  { name: 'mail', sizeGib: 100, backup: 'nightly' },
  { name: 'wiki', sizeGib: 10, backup: 'nightly' },
  { name: 'builds', sizeGib: 80, backup: 'nightly' },
  { name: 'scratch-builds', sizeGib: 200, backup: 'nightly' },
  { name: 'db-orders', sizeGib: 60, backup: 'database', isInUse: true },
  { name: 'db-stock', sizeGib: 30, backup: 'database' },
  { name: 'archive-2023', sizeGib: 400, backup: 'archive' },
  { name: 'archive-2024', sizeGib: 500, backup: 'archive' },
  { name: 'archive-2025', sizeGib: 500, backup: 'archive' },
  { name: 'playground', sizeGib: 5 },
];

const AGE_MS = 90 * 86_400_000;

/** Puts the volumes into the cloud, as if they had been there for a while. */
export function addDemoVolumes(control: CloudControl, now: Date): DemoVolumes {
  const ids = new Map<string, string>();
  for (const [index, { name, sizeGib, backup, isInUse }] of VOLUMES.entries()) {
    const id = control.addVolume({
      name,
      sizeGib,
      metadata: backup === undefined ? {} : { backup },
      createdAt: new Date(now.getTime() - AGE_MS + index * 1000),
      ...(isInUse === true && {
        attachments: [{ serverId: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}` }],
      }),
    });
    ids.set(name, id);
  }
  return ids;
}
