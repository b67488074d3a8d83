import { judgeCoverage } from '../../domain/coverage.ts';
import type { Gap } from './explain-gap.ts';
import type { CountedCoverage, OldestGood } from './findings.ts';
import type { PolicyCourse } from './policy-course.ts';
import type { FleetVolume } from './read-fleet.ts';
import type { GoodBackupLookup } from './read-good-backups.ts';

/** A policy's volumes, judged. */
export interface PolicyJudgement {
  readonly course: PolicyCourse;
  volumeCount: number;
  readonly counts: Record<CountedCoverage, number>;
  unprovedCount: number;
  oldest?: OldestGood;
}

/** What the cloud has shown. */
export interface FleetSight {
  readonly volumes: readonly FleetVolume[];
  readonly goodBackupsOf: GoodBackupLookup;
  /** By policy. */
  readonly judgements: ReadonlyMap<string, PolicyJudgement>;
  /** How far the cloud's clock is ahead of ours. */
  readonly skewMs: number;
}

/**
 * Judges every volume by each of the policies that select it, one that is paused left out, and counts those that are covered; answers the
 * others, one by one as they are asked for.
 */
export function* judgeVolumes({
  volumes,
  goodBackupsOf,
  judgements,
  skewMs,
}: FleetSight): Generator<Gap, void> {
  for (const volume of volumes) {
    const good = goodBackupsOf(volume.id);
    for (const policy of volume.policies) {
      const judgement = judgements.get(policy.name);
      if (judgement === undefined) continue;
      judgement.volumeCount += 1;
      if (policy.paused) continue;
      const gap = judge(volume, good?.get(policy.name), judgement, skewMs);
      if (gap !== undefined) yield gap;
    }
  }
}

function judge(
  volume: FleetVolume,
  goodAt: Date | undefined,
  judgement: PolicyJudgement,
  skewMs: number,
): Gap | undefined {
  const { course } = judgement;
  const toLocal = (at: Date) => new Date(at.getTime() - skewMs);
  const coverage = judgeCoverage(course.policy, course.terms, {
    createdAt: new Date(volume.createdMs - skewMs),
    ...(goodAt !== undefined && { goodAt: toLocal(goodAt) }),
  });
  const ageMs =
    goodAt === undefined ? undefined : Math.max(0, course.terms.now.getTime() - toLocal(goodAt).getTime());
  if (goodAt !== undefined && ageMs !== undefined) noteAge(judgement, volume, goodAt, ageMs);
  if (coverage === 'covered') {
    judgement.counts.covered += 1;
    return undefined;
  }
  return {
    course,
    volume,
    coverage,
    ...(goodAt !== undefined && { goodAt }),
    ...(ageMs !== undefined && { ageMs }),
  };
}

function noteAge(judgement: PolicyJudgement, { id, name }: FleetVolume, goodAt: Date, ageMs: number): void {
  if (judgement.oldest !== undefined && judgement.oldest.ageMs >= ageMs) return;
  judgement.oldest = { volumeId: id, volumeName: name, goodAt, ageMs };
}
