import { isPassing } from '../../domain/restore-target.ts';
import { askAboutRestored } from './ask-about-restored.ts';
import { followSlow } from './follow-slow.ts';
import type { RestoreJob, RestoreWork } from './restore-work.ts';
import { endRestore } from './settle-restore.ts';

/** Looks at what a test has restored, and lets the hook look, if there is one; whatever comes of it, the scratch volume goes. */
export async function checkRestored(job: RestoreJob, work: RestoreWork): Promise<void> {
  const { targetId = '', target, policy, hookAskedAt } = job.record;
  const hook = work.deps.deployment.policies.get(policy ?? '')?.restoreTests?.hook;
  const volume = await work.cloud.getVolume(targetId);
  if (volume === undefined) return endRestore(job, work, 'failed', 'the scratch volume is gone');
  if (volume.sizeGib !== target.sizeGib) {
    const sizes = `it has ${volume.sizeGib} GiB instead of ${target.sizeGib}`;
    return endRestore(job, work, 'failed', `the restored volume is of another size: ${sizes}`);
  }
  // A hook may attach the volume to look into it.
  if (volume.status !== 'available' && hookAskedAt === undefined) {
    const what = `the restored volume is ${volume.status}`;
    return isPassing(volume) ? followSlow(job, work, what) : endRestore(job, work, 'failed', what);
  }
  if (hook === undefined) return endRestore(job, work, 'restored');
  await askAboutRestored(job, hook, work);
}
