/** How Cinder names a quota that is used up, and how we do. */
const WORDS = /quota|LimitExceeded|ExceedsAvailable|maximum number of/i;

/** Whether a failure or an obstacle is for want of quota, which pruning cures. */
export function isForWantOfQuota(reason: string): boolean {
  return WORDS.test(reason);
}
