import type { RestoreRecord } from '../../domain/restore-record.ts';
import type { Dependencies } from '../run.ts';

type Target = Pick<RestoreRecord, 'cloud' | 'id' | 'into' | 'targetId'>;

/**
 * Makes an existing volume this restore's for a while, or for a while longer; false while it is another's. A new volume is nobody
 * else's anyway. The owner is the restore, whichever process carries it out.
 */
export async function claimTarget(
  target: Target,
  ms: number,
  { catalog, clock }: Pick<Dependencies, 'catalog' | 'clock'>,
): Promise<boolean> {
  if (target.into === 'new') return true;
  const now = clock.now();
  return catalog.takeLease(leaseOf(target), target.id, now, new Date(now.getTime() + ms));
}

export async function releaseTarget(
  target: Target,
  { catalog }: Pick<Dependencies, 'catalog'>,
): Promise<void> {
  if (target.into === 'existing') await catalog.releaseLease(leaseOf(target), target.id);
}

function leaseOf({ cloud, targetId }: Target): string {
  return `restore into ${cloud} ${targetId}`;
}
