import { Pool } from 'undici';
import { markerMetadata, markerName } from '../../../lambdas/domain/marker.ts';
import { DEPLOYMENT, POLICY } from '../deployment.ts';
import { serve } from './serve.ts';

export interface PostsRequest {
  readonly origin: string;
  /** `/v3/<project>/backups` */
  readonly path: string;
  readonly token: string;
  readonly volumeIds: readonly string[];
  readonly atOnce: number;
}

export interface Spent {
  readonly ms: number;
  /** Of this process alone. */
  readonly cpuMs: number;
}

/** The least that anybody could do: the same POSTs by a loop that knows all volumes and remembers nothing. */
const handlers = {
  async runPosts({ origin, path, token, volumeIds, atOnce }: PostsRequest): Promise<Spent> {
    const pool = new Pool(origin, { connections: atOnce });
    const slotAt = new Date(Math.floor(Date.now() / 1000) * 1000);
    const headers = {
      accept: 'application/json',
      'content-type': 'application/json',
      'openstack-api-version': 'volume 3.71',
      'user-agent': 'bench',
      'x-auth-token': token,
    };
    const marker = { deployment: DEPLOYMENT, policy: POLICY, slotAt };
    let at = 0;
    const cpuBefore = process.cpuUsage();
    const startedAtMs = performance.now();
    const lane = async (): Promise<void> => {
      while (at < volumeIds.length) {
        const volumeId = volumeIds[at++] as string;
        const name = markerName({ ...marker, volumeId, attempt: 1 });
        const metadata = markerMetadata(marker);
        const backup = { volume_id: volumeId, name, incremental: false, metadata };
        const request = { path, method: 'POST', headers, body: JSON.stringify({ backup }) } as const;
        const { statusCode, body } = await pool.request(request);
        const text = await body.text();
        if (statusCode !== 202) throw new Error(`POST ${path}: ${statusCode} ${text}`);
        JSON.parse(text);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    const ms = performance.now() - startedAtMs;
    const cpu = process.cpuUsage(cpuBefore);
    await pool.close();
    return { ms, cpuMs: (cpu.user + cpu.system) / 1000 };
  },
};

export type PostsHandlers = typeof handlers;

serve(handlers);
