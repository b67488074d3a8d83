import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { CloudControl } from './control/control.ts';
import { DOMAIN } from './identity/identity.ts';
import { createKeystoneApi } from './keystone/keystone-api.ts';
import { REGION } from './keystone/service-catalog.ts';
import { openCloud } from './open-cloud.ts';
import type { EmbeddedCloudOptions } from './options.ts';
import { createCinderApi } from './protocol/cinder-api.ts';
import { ROUTES } from './protocol/routes.ts';
import { RequestLog } from './request-log.ts';
import { createCloudServer } from './server.ts';
import type { CloudState } from './state/cloud-state.ts';

export type { ForeignBackup } from './backups/foreign-backups.ts';
export type { CloudControl } from './control/control.ts';
export type { BackupPatch } from './control/control-backups.ts';
export type { AddVolume } from './control/control-volumes.ts';
export type { FaultRule } from './faults/faults.ts';
export type { EmbeddedCloudOptions, QuotaOptions } from './options.ts';
export { CloudDirectoryError } from './persistence/sqlite-file.ts';
export type { RequestRecord } from './request-log.ts';
export type { Clock, Durations, Release } from './state/cloud-state.ts';
export type { BackupRow, SnapshotRow, VolumeRow } from './state/rows.ts';

export interface AdminCredentials {
  readonly username: string;
  readonly password: string;
  readonly projectName: string;
  readonly userDomainName: string;
  readonly projectDomainName: string;
}

export interface CloudCredentials extends AdminCredentials {
  readonly authUrl: string;
  readonly regionName: string;
  readonly projectId: string;
  readonly applicationCredentialId: string;
  readonly applicationCredentialSecret: string;
}

export interface EmbeddedCloud {
  /** Keystone, `http://127.0.0.1:PORT/identity/v3`; Cinder is in its catalog, on the same port. */
  readonly authUrl: string;
  /** Cinder, `http://127.0.0.1:PORT/v3`: as in the catalog, but without the project. */
  readonly cinderUrl: string;
  readonly port: number;
  /** Those of a member of the project; after `control.useProject` they name the new project. */
  readonly credentials: CloudCredentials;
  /** Those of an administrator, in the same project. */
  readonly admin: AdminCredentials;
  readonly control: CloudControl;
  /** Stops listening, cuts the connections that are open, and lets the work under way of a kept cloud end. */
  close(): Promise<void>;
}

/**
 * Starts a Keystone and a Cinder in this process, on one port of 127.0.0.1, that answer as the real ones do: same
 * statuses, texts, delays and refusals. Volumes have the bytes that are written into them, and backups bring them back.
 *
 * It does not behave as the real one where that would need time to pass by itself: a restore to a new volume and a
 * force-delete without cinder-backup are answered at once, simultaneous creates of one volume are not all accepted,
 * and volume and backup leave `backing-up` and `creating` in the same instant.
 *
 * @throws {RangeError | z.ZodError} for options that are not valid; an error of `listen` when the port is taken.
 * @throws {CloudDirectoryError} when the directory is in use, or is none of an embedded cloud.
 */
export async function startEmbeddedCloud(options: EmbeddedCloudOptions = {}): Promise<EmbeddedCloud> {
  const { cloud, close: closeCloud } = openCloud(options);
  const requests = new RequestLog();
  const control = new CloudControl(cloud, requests, options.latencyMs ?? 0);
  const server = createCloudServer({
    cloud,
    requests,
    answerCinder: createCinderApi(cloud, ROUTES),
    answerKeystone: createKeystoneApi(cloud),
    latencyMs: () => control.latencyMs,
    onDefect: options.onDefect ?? ((error) => console.error('embedded cloud: defect', error)),
  });
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening').catch((error: unknown) => {
    closeCloud();
    throw error;
  });
  const { port } = server.address() as AddressInfo;
  const authUrl = `http://127.0.0.1:${port}/identity/v3`;
  return {
    authUrl,
    cinderUrl: `http://127.0.0.1:${port}/v3`,
    port,
    control,
    get credentials() {
      return memberCredentials(cloud, authUrl);
    },
    get admin() {
      return adminCredentials(cloud);
    },
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
      closeCloud();
    },
  };
}

function memberCredentials({ identity }: CloudState, authUrl: string): CloudCredentials {
  return {
    authUrl,
    username: identity.member.name,
    password: identity.member.password,
    projectName: identity.project.name,
    userDomainName: DOMAIN.name,
    projectDomainName: DOMAIN.name,
    regionName: REGION,
    projectId: identity.project.id,
    applicationCredentialId: identity.applicationCredential.id,
    applicationCredentialSecret: identity.applicationCredential.secret,
  };
}

function adminCredentials({ identity }: CloudState): AdminCredentials {
  return {
    username: identity.admin.name,
    password: identity.admin.password,
    projectName: identity.project.name,
    userDomainName: DOMAIN.name,
    projectDomainName: DOMAIN.name,
  };
}
