import type { Backend } from '../../differential/backend.ts';
import { makePeople } from '../../differential/people.ts';
import { purgeProject } from '../cloud/purge.ts';
import { openSession } from '../cloud/session.ts';
import type { LiveCloud } from '../cloud.ts';
import type { Turns } from './turns.ts';

/** The part of a failure's text that the volume driver has from us. */
const FAILURE = 'injected attach failure';
/** Less than the 30 s after which Cinder gives up waiting for an attachment. */
const SLOW_SECONDS = 20;
/** In which cinder-backup reports once at least. */
const REPORT_SECONDS = 3;

/**
 * People and projects of their own on the real cloud, for one script; several may play at once.
 *
 * @param freezing whose turn it is to keep cinder-backup from its work: there is only one.
 */
export async function openLiveBackend(live: LiveCloud, freezing: Turns): Promise<Backend> {
  const { cinderUrl, keystoneUrl } = live.environment;
  const { auth } = live.credentials.admin;
  const run = crypto.randomUUID().slice(0, 8);
  const founder = { authUrl: keystoneUrl, name: auth.username ?? '', password: auth.password ?? '' };
  const people = await makePeople({ ...founder, project: 'admin' }, run);
  const ill = new Set<string>();
  let endTurn: (() => void) | undefined;

  const pass = (seconds: number) => new Promise<void>((resolve) => setTimeout(resolve, seconds * 1_000));
  async function letGo(): Promise<void> {
    if (endTurn === undefined) return;
    await live.thaw('cinder-backup');
    // Between two turns it has to report, lest Cinder miss it.
    void pass(REPORT_SECONDS).then(endTurn);
    endTurn = undefined;
  }
  async function heal(volumeId: string): Promise<void> {
    await live.clearFaults(volumeId);
    ill.delete(volumeId);
  }
  async function purge(): Promise<void> {
    const entry = { ...live.credentials.admin, auth: { ...auth, project_name: `own-${run}` } };
    const { projectId } = await people.logIn('admin');
    await purgeProject(openSession(entry, `${cinderUrl}/${projectId}`));
  }

  return {
    cinderRoot: cinderUrl.replace(/\/v3$/, ''),
    keystoneRoot: keystoneUrl.replace(/\/v3$/, ''),
    run,
    people,
    pollSeconds: 0.2,
    pass,
    write: (volumeId, offset, bytes) => live.writeVolume(volumeId, offset, bytes),
    async hold() {
      endTurn = await freezing.take();
      await live.freeze('cinder-backup');
    },
    letGo,
    async slowDown(volumeId) {
      ill.add(volumeId);
      await live.setFault('attach_delay', SLOW_SECONDS, volumeId);
    },
    async fail(volumeId) {
      ill.add(volumeId);
      await live.setFault('attach_error', FAILURE, volumeId);
    },
    heal,
    async stopBackups() {
      await live.kill('cinder-backup');
      await live.miss('cinder-backup');
    },
    startBackups: () => live.restart('cinder-backup'),
    forget: (ids) => live.forgetBackups(...ids),
    async close() {
      await letGo();
      for (const volumeId of ill) await heal(volumeId);
      await purge();
    },
  };
}
