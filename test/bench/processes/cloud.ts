import { markerMetadata, markerName } from '../../../lambdas/domain/marker.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../../local/embedded-cloud/embedded-cloud.ts';
import { DEPLOYMENT, POLICY } from '../deployment.ts';
import { serve } from './serve.ts';

const DAY_MS = 86_400_000;

export interface CloudRequest {
  readonly volumes: number;
  readonly backupSeconds: number;
  readonly latencyMs?: number;
  /** Where it is kept; without it, in memory. */
  readonly dataPath?: string;
}

/** An embedded cloud in a process of its own. */
let cloud: EmbeddedCloud | undefined;

function opened(): EmbeddedCloud {
  if (cloud === undefined) throw new Error('the cloud is not started');
  return cloud;
}

const handlers = {
  async start({ volumes, backupSeconds, latencyMs = 0, dataPath }: CloudRequest) {
    const durations = { fullSeconds: backupSeconds, incrementalSeconds: backupSeconds };
    const kept = dataPath === undefined ? {} : { dataPath };
    cloud = await startEmbeddedCloud({ volumes, durations, latencyMs, ...kept });
    return { ...cloud.credentials, port: cloud.port, volumeIds: cloud.control.volumes().map(({ id }) => id) };
  },

  /** Finished backups of ours, a day apart, so many of each volume: a full and its incrementals. */
  addBackups(perVolume: number): number {
    const { control } = opened();
    const volumes = control.volumes();
    for (let age = perVolume; age >= 1; age -= 1) {
      for (const { id: volumeId } of volumes) addBackup(volumeId, age, age === perVolume);
    }
    return volumes.length * perVolume;
  },

  /** Bytes in use after a collection; wants `--expose-gc`. */
  measureHeap(): number {
    globalThis.gc?.();
    globalThis.gc?.();
    return process.memoryUsage().heapUsed;
  },
};

const parents = new Map<string, string>();

function addBackup(volumeId: string, ageDays: number, isFull: boolean): void {
  const slotAt = new Date(Math.floor((Date.now() - ageDays * DAY_MS) / 1000) * 1000);
  const marker = { deployment: DEPLOYMENT, policy: POLICY, slotAt };
  const parentId = isFull ? null : (parents.get(volumeId) ?? null);
  const id = opened().control.addForeignBackup({
    volumeId,
    name: markerName({ ...marker, volumeId, attempt: 1 }),
    metadata: markerMetadata(marker),
    createdAt: slotAt,
    parentId,
  });
  parents.set(volumeId, id);
}

export type CloudHandlers = typeof handlers;

serve(handlers);
