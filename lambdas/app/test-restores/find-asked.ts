import type { VolumeId } from '../../domain/backup.ts';
import type { Policy, RestoreTests } from '../../domain/policy.ts';
import { isSlot } from '../../domain/slot.ts';
import { findPolicy } from '../create-backups.ts';
import { InvalidRequestError } from '../request-error.ts';
import type { Dependencies, Run } from '../run.ts';
import type { TestRestoresRequest } from '../test-restores.ts';

/** What is to be tested in one slot of a policy, or now. */
export interface AskedTests {
  /** Absent: whatever policy the newest good backup of each volume is of. */
  readonly policy?: Policy;
  readonly tests: Pick<RestoreTests, 'pick' | 'volumes'>;
  readonly slotAt: Date;
  readonly trigger: 'schedule' | 'makeUp' | 'manual';
  /** Instead of those whose turn it is. */
  readonly volumeIds?: readonly VolumeId[];
}

const SECOND_MS = 1_000;
/** An event may be delivered a little before its instant. */
const EARLY_MS = 300_000;
/** For whoever asks by hand for the test of a policy that has none of its own. */
const BY_HAND: AskedTests['tests'] = { pick: { kind: 'latest' }, volumes: 10 };

/** @throws {InvalidRequestError} there is no such policy, it has no restore tests, the slot is not one of theirs. */
export function findAsked(
  request: Exclude<TestRestoresRequest, { trigger: 'makeUp' }>,
  run: Run,
  deps: Dependencies,
): readonly AskedTests[] {
  if (request.trigger !== 'manual') {
    const policy = findPolicy(request.policy, deps);
    const tests = checkSlot(request.slot, policy, run);
    return [{ policy, tests, slotAt: request.slot, trigger: request.trigger }];
  }
  const { volumeIds } = request;
  const slotAt = new Date(Math.floor(run.startedAt.getTime() / SECOND_MS) * SECOND_MS);
  const asked = { slotAt, trigger: 'manual' as const, ...(volumeIds !== undefined && { volumeIds }) };
  if (request.policy !== undefined) {
    const policy = findPolicy(request.policy, deps);
    return [{ ...asked, policy, tests: policy.restoreTests ?? BY_HAND }];
  }
  if (volumeIds !== undefined) return [{ ...asked, tests: BY_HAND }];
  const found = [...deps.deployment.policies.values()].flatMap((policy) =>
    policy.restoreTests === undefined ? [] : [{ ...asked, policy, tests: policy.restoreTests }],
  );
  if (found.length > 0) return found;
  throw new InvalidRequestError(
    'policy: no policy has restoreTests; say a policy, or volumeIds, to test all the same',
  );
}

function checkSlot(slotAt: Date, { name, restoreTests }: Policy, run: Run): RestoreTests {
  if (restoreTests === undefined) {
    throw new InvalidRequestError(
      `policy: ${name} has no restoreTests, and so no slots; by hand say "manual" as trigger`,
    );
  }
  const { cron, timezone } = restoreTests.schedule;
  if (!isSlot(restoreTests.schedule, slotAt)) {
    throw new InvalidRequestError(
      `slot: ${slotAt.toISOString()} is not a slot of the restore tests of policy ${name} (${cron}, ${timezone})`,
    );
  }
  if (slotAt.getTime() > run.startedAt.getTime() + EARLY_MS) {
    throw new InvalidRequestError(`slot: ${slotAt.toISOString()} is in the future`);
  }
  return restoreTests;
}
