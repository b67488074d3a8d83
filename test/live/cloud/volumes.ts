import { expectStatus, type LiveSession, waitUntil } from './session.ts';

export interface LiveVolumeRequest {
  readonly name?: string;
  readonly sizeGib?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Made when the cloud has none of this name. */
  readonly volumeType?: string;
}

async function ensureVolumeType(admin: LiveSession, name: string): Promise<void> {
  // 409: there is one.
  await expectStatus(
    `POST /types ${name}`,
    admin.request('POST', '/types', { volume_type: { name } }),
    200,
    409,
  );
}

/** Volumes of the sessions' project, without the code under test. */
export function openVolumes(member: LiveSession, admin: LiveSession) {
  async function waitForVolume(id: string, ...statuses: readonly string[]): Promise<string> {
    return waitUntil(`volume ${id} to be ${statuses.join(' or ')}`, async () => {
      const body = await expectStatus(`GET /volumes/${id}`, member.request('GET', `/volumes/${id}`), 200);
      const status: string = body.volume.status;
      return statuses.includes(status) ? status : undefined;
    });
  }

  async function act(id: string, action: object): Promise<void> {
    const path = `/volumes/${id}/action`;
    await expectStatus(`POST ${path}`, admin.request('POST', path, action), 202);
  }

  return {
    waitForVolume,
    async createVolume(request: LiveVolumeRequest = {}): Promise<string> {
      const { name = 'live', sizeGib: size = 1, metadata = {}, volumeType } = request;
      if (volumeType !== undefined) await ensureVolumeType(admin, volumeType);
      const volume = {
        name,
        size,
        metadata,
        ...(volumeType === undefined ? {} : { volume_type: volumeType }),
      };
      const body = await expectStatus('POST /volumes', member.request('POST', '/volumes', { volume }), 202);
      const id: string = body.volume.id;
      if ((await waitForVolume(id, 'available', 'error')) === 'available') return id;
      throw new Error(`POST /volumes ${name}: volume ${id} ended in error`);
    },
    async attachVolume(id: string): Promise<string> {
      const serverId = crypto.randomUUID();
      await act(id, { 'os-attach': { instance_uuid: serverId, mountpoint: '/dev/vdb' } });
      await waitForVolume(id, 'in-use');
      return serverId;
    },
    async detachVolume(id: string): Promise<void> {
      await act(id, { 'os-detach': {} });
      await waitForVolume(id, 'available');
    },
  };
}
