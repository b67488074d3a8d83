import { forgetBackups, forgetReports, listLockers } from './cloud/database.ts';
import { type CloudEntry, type LiveEnvironment, readLiveEnvironment } from './cloud/environment.ts';
import { type LiveProcess, repairProcesses, restartProcesses, signalProcess } from './cloud/processes.ts';
import { purgeProject, purgeTypes } from './cloud/purge.ts';
import { openQuota } from './cloud/quota.ts';
import { expectStatus, type LiveAnswer, type LiveSession, openSession, waitUntil } from './cloud/session.ts';
import { type LiveFault, openFaults, openVolumeFiles } from './cloud/volume-files.ts';
import { type LiveVolumeRequest, openVolumes } from './cloud/volumes.ts';

export { expectStatus, type LiveAnswer, waitUntil } from './cloud/session.ts';

/** The real Cinder on loopback, for live tests: what the code under test cannot do itself, and what checks it. */
export interface LiveCloud {
  readonly environment: LiveEnvironment;
  /** In the shape of `clouds.yaml` entries. All in project `demo`, but `other`. */
  readonly credentials: {
    readonly member: CloudEntry;
    readonly applicationCredential: CloudEntry;
    readonly admin: CloudEntry;
    readonly reader: CloudEntry;
    /** A member of another project. */
    readonly other: CloudEntry;
  };
  /** Any status is an answer. `path` follows the URL of project `demo`; without a microversion: 3.70, Zed's newest. */
  memberRequest(method: string, path: string, body?: unknown, microversion?: string): Promise<LiveAnswer>;
  /** The same as an admin of project `demo`. */
  adminRequest(method: string, path: string, body?: unknown, microversion?: string): Promise<LiveAnswer>;
  /** The id of a volume (1 GiB unless said) that is `available`; all zeros. */
  createVolume(request?: LiveVolumeRequest): Promise<string>;
  /** Waits until the volume has one of these statuses, and says which. */
  waitForVolume(id: string, ...statuses: readonly string[]): Promise<string>;
  /** Waits until the backup is neither `creating` nor `restoring` nor `deleting`. `undefined`: it is gone. */
  waitForBackup(id: string): Promise<Readonly<Record<string, unknown>> | undefined>;
  /** `in-use` by a made-up server, whose id it returns. */
  attachVolume(id: string): Promise<string>;
  detachVolume(id: string): Promise<void>;
  /** Each GiB has only `environment.bytesPerGib` bytes. @throws beyond the volume's end. */
  writeVolume(id: string, offsetBytes: number, bytes: Uint8Array): Promise<void>;
  readVolume(id: string): Promise<Buffer>;
  /** SHA-256 of all bytes, in hex. */
  hashVolume(id: string): Promise<string>;
  /** Takes these backups, or all, out of Cinder's database and its quota, as when that is lost; their bytes stay. */
  forgetBackups(...ids: readonly string[]): Promise<void>;
  /** For all volumes, or only that one. `attach_delay` in seconds; `attach_error` is the text of the failure. */
  setFault(fault: LiveFault, value: string | number, volumeId?: string): Promise<void>;
  /** Until `attach_delay` holds the volume up: whoever asked for it is at work. */
  waitUntilDelayed(volumeId: string): Promise<true>;
  /** All, or those of that volume only. */
  clearFaults(volumeId?: string): Promise<void>;
  /** Of project `demo`, from now on; `backupGib` counts the volumes' full sizes. */
  setQuota(backups: number, backupGib?: number): Promise<void>;
  setVolumeQuota(volumes: number): Promise<void>;
  /** Of everything, to what the cloud gives by itself. */
  resetQuota(): Promise<void>;
  /**
   * A clean start, whatever a suite before has left: all processes run, no faults, default quota, no backups, snapshots
   * and volumes in project `demo`, and no volume types but the default one.
   */
  purge(): Promise<void>;
  /** Also starts what was killed. Returns when the cloud can make backups again: 7 s or more. */
  restart(...names: readonly LiveProcess[]): Promise<void>;
  /** SIGKILL, as in a crash; then `restart`. */
  kill(name: LiveProcess): Promise<void>;
  /** SIGSTOP: the process stays up and does nothing, until `thaw`. Never within a transaction, for whose end all others would wait. */
  freeze(name: LiveProcess): Promise<void>;
  thaw(name: LiveProcess): Promise<void>;
  /** After `kill` or `freeze`: the cloud misses the service at once, and not only after a minute of silence. */
  miss(name: 'cinder-backup' | 'cinder-volume' | 'cinder-scheduler'): Promise<void>;
}

/** A transaction that is longer under way may be that of a process that has been stopped. */
const TRANSACTION_MS = 500;

async function waitForBackup(member: LiveSession, id: string) {
  const settled = await waitUntil(`backup ${id} to settle`, async () => {
    const { status, body } = await member.request('GET', `/backups/${id}`);
    if (status === 404) return { backup: undefined };
    return ['creating', 'restoring', 'deleting'].includes(body.backup.status) ? undefined : body;
  });
  return settled.backup;
}

async function miss(environment: LiveEnvironment, admin: LiveSession, binary: string): Promise<void> {
  const path = `/os-services?binary=${binary}`;
  await waitUntil(`${binary} to be missed`, async () => {
    // Again for a report that was under way.
    await forgetReports(environment, binary);
    const { services } = await expectStatus(`GET ${path}`, admin.request('GET', path), 200);
    return services.every(({ state }: { readonly state: string }) => state === 'down') ? true : undefined;
  });
}

async function freeze(environment: LiveEnvironment, name: LiveProcess): Promise<void> {
  await waitUntil(`${name} to stop outside of a transaction`, async () => {
    await signalProcess(environment, name, 'SIGSTOP');
    const before = await listLockers(environment);
    await new Promise((resolve) => setTimeout(resolve, TRANSACTION_MS));
    const after = await listLockers(environment);
    if (!after.some((locker) => before.includes(locker))) return true;
    await signalProcess(environment, name, 'SIGCONT');
    return undefined;
  });
}

/** @throws when `test/live/cloud/up` has not run. */
export async function liveCloud(): Promise<LiveCloud> {
  const environment = await readLiveEnvironment();
  const { clouds, projects } = environment;
  const demoUrl = `${environment.cinderUrl}/${projects.demo}`;
  const member = openSession(clouds.member, demoUrl);
  const admin = openSession(clouds.admin, demoUrl);
  const faults = openFaults(environment);
  const quota = openQuota(admin, projects.demo);
  const { 'application-credential': applicationCredential, ...passwordClouds } = clouds;

  return {
    environment,
    credentials: { ...passwordClouds, applicationCredential },
    memberRequest: member.request,
    adminRequest: admin.request,
    ...openVolumes(member, admin),
    ...openVolumeFiles(environment),
    forgetBackups: (...ids) => forgetBackups(environment, ids),
    ...faults,
    ...quota,
    waitForBackup: (id) => waitForBackup(member, id),
    async purge() {
      await repairProcesses(environment);
      await faults.clearFaults();
      await quota.resetQuota();
      await purgeProject(admin);
      await purgeTypes(admin);
    },
    restart: (...names) => restartProcesses(environment, names),
    kill: (name) => signalProcess(environment, name, 'SIGKILL'),
    freeze: (name) => freeze(environment, name),
    thaw: (name) => signalProcess(environment, name, 'SIGCONT'),
    miss: (name) => miss(environment, admin, name),
  };
}
