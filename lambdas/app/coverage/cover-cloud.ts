import type { VolumeId } from '../../domain/backup.ts';
import type { GoodBackupSearch } from '../../domain/good-backups.ts';
import type { Policy } from '../../domain/policy.ts';
import { forEachBounded } from '../map-bounded.ts';
import type { Cloud } from '../ports.ts';
import { type Dependencies, isOver, type Run } from '../run.ts';
import { openCloudToRead } from '../same-project.ts';
import { explainGap, type Gap } from './explain-gap.ts';
import type { CloudFindings, PolicyCoverage } from './findings.ts';
import { foreseeShortage } from './foresee-shortage.ts';
import { judgeProofs } from './judge-proofs.ts';
import { judgeVolumes, type PolicyJudgement } from './judge-volumes.ts';
import { type PolicyCourse, readPolicyCourse } from './policy-course.ts';
import { type Fleet, type FleetVolume, readFleet } from './read-fleet.ts';
import { readGoodBackups } from './read-good-backups.ts';
import { reportMissed, reportOutside, reportUnselected } from './report-items.ts';
import { RunOverError } from './run-over.ts';
import { createWorstItems, type WorstItems } from './worst-items.ts';

/** What is asked of one cloud. */
export interface CloudQuestion {
  /** Of the cloud's policies those that are to be judged. */
  readonly judged: readonly Policy[];
  /** All of the cloud's policies, which decide whether a volume is anybody's. */
  readonly all: readonly Policy[];
  /** Only these; else all, and what the policies share: missed slots, quotas, volumes that none selects. */
  readonly volumeIds?: readonly VolumeId[];
}

const LOOKUPS_AT_ONCE = 16;

/** The cloud shows no volume at all although a slot found some: a fault of the view. */
export class EmptyFleetError extends Error {
  override readonly name = 'EmptyFleetError';
}

/**
 * Finds out how well the volumes of one cloud are covered. Reads only: the cloud by wide lists, the catalog by policy, and by volume where
 * one is not covered.
 *
 * @throws {RunOverError, EmptyFleetError, WrongProjectError} or whatever a read throws: then nothing is known of this cloud.
 */
export async function coverCloud(
  name: string,
  question: CloudQuestion,
  run: Run,
  deps: Dependencies,
): Promise<CloudFindings> {
  const { judged, all, volumeIds } = question;
  const cloud = await openCloudToRead(name, deps);
  const isTimeUp = () => isOver(run, deps.clock.now());
  const now = deps.clock.now();
  const courses = await Promise.all(judged.map((policy) => readPolicyCourse(policy, now, deps)));
  const fleet = await readFleet(cloud, all, volumeIds, isTimeUp);
  if (volumeIds === undefined) refuseEmptyFleet(fleet, courses, cloud);
  const skewMs = cloud.now().getTime() - deps.clock.now().getTime();
  const limits = await cloud.getLimits();
  const searches = toSearches(fleet.selected, judged);
  const good = await readGoodBackups(cloud, searches, limits.usedBackups, deps, isTimeUp);
  const judgements = new Map(courses.map((course) => [course.policy.name, openJudgement(course)]));
  const worst = createWorstItems();
  const sight = { volumes: fleet.selected, goodBackupsOf: good, judgements, skewMs };
  await explainGaps(judgeVolumes(sight), judgements, worst, deps, isTimeUp);
  await judgeProofs(sight, worst, deps, isTimeUp);
  const isWhole = volumeIds === undefined;
  for (const item of isWhole ? courses.flatMap(reportMissed) : []) worst.add(item);
  for (const item of isWhole ? reportUnselected(fleet, name, question) : reportOutside(fleet, name, judged))
    worst.add(item);
  return {
    policies: [...judgements.values()].map(toPolicyCoverage),
    items: worst.read(),
    omitted: worst.readOmitted(),
    warnings: [
      ...[...judgements.values()].flatMap((judgement) => warnOfPolicy(judgement, isWhole)),
      ...(isWhole ? foreseeShortage(all, fleet.selected, limits, now) : []),
    ],
    gone: fleet.gone,
  };
}

/** An empty answer from a cloud that had volumes when a slot was recorded is a fault, not a clean-up. */
function refuseEmptyFleet({ isEmpty }: Fleet, courses: readonly PolicyCourse[], { name }: Cloud): void {
  if (!isEmpty) return;
  for (const { policy, newestRecorded } of courses) {
    const count = newestRecorded?.volumeCount ?? 0;
    if (newestRecorded === undefined || count === 0) continue;
    throw new EmptyFleetError(
      `cloud ${name}: it lists no volume at all, but slot ${newestRecorded.slotAt.toISOString()} of policy ${policy.name} was for ${count}`,
    );
  }
}

/** Nothing is looked for by a policy that is paused, or not asked about. Made anew at each turn: there may be very many. */
function toSearches(volumes: readonly FleetVolume[], judged: readonly Policy[]): Iterable<GoodBackupSearch> {
  const isWanted = new Set(judged.filter(({ paused }) => !paused));
  const names = new Map<readonly Policy[], readonly string[]>();
  return {
    *[Symbol.iterator]() {
      for (const { id, policies } of volumes) {
        const known =
          names.get(policies) ?? policies.filter((each) => isWanted.has(each)).map((each) => each.name);
        names.set(policies, known);
        if (known.length > 0) yield { volumeId: id, policies: known };
      }
    },
  };
}

function openJudgement(course: PolicyCourse): PolicyJudgement {
  return {
    course,
    volumeCount: 0,
    unprovedCount: 0,
    counts: { covered: 0, stale: 0, uncovered: 0, new: 0, skipped: 0 },
  };
}

async function explainGaps(
  gaps: Iterable<Gap>,
  judgements: ReadonlyMap<string, PolicyJudgement>,
  worst: WorstItems,
  deps: Dependencies,
  isTimeUp: () => boolean,
): Promise<void> {
  await forEachBounded(gaps, LOOKUPS_AT_ONCE, async (gap) => {
    if (isTimeUp()) throw new RunOverError('the catalog was asked about all volumes that are not covered');
    const item = await explainGap(gap, deps);
    const counts = judgements.get(gap.course.policy.name)?.counts;
    if (counts !== undefined) counts[item.outcome as keyof typeof counts] += 1;
    worst.add(item);
  });
}

function toPolicyCoverage(judgement: PolicyJudgement): PolicyCoverage {
  const { course, volumeCount, counts, unprovedCount, oldest } = judgement;
  const { policy, terms } = course;
  const isJudged = !policy.paused;
  return {
    policy: policy.name,
    cloud: policy.cloud,
    state: policy.paused ? 'paused' : 'judged',
    ...(policy.rpoMs !== undefined && { rpoMs: policy.rpoMs }),
    ...(isJudged && policy.rpoMs === undefined && terms.dueSlotAt && { dueSlotAt: terms.dueSlotAt }),
    volumeCount,
    ...(isJudged && { counts }),
    ...(course.tests !== undefined && { unprovedCount }),
    ...(oldest !== undefined && { oldest }),
  };
}

function warnOfPolicy({ course, volumeCount }: PolicyJudgement, isWhole: boolean): string[] {
  const { policy, terms } = course;
  if (policy.paused) {
    return volumeCount === 0
      ? []
      : [`policy ${policy.name} is paused: nothing is said of how its volumes are covered (${volumeCount})`];
  }
  if (!isWhole) return [];
  return [
    ...(volumeCount === 0 ? [`policy ${policy.name}: its selection matches no volume`] : []),
    ...(terms.firstSeenAt === undefined
      ? [
          `policy ${policy.name}: nothing has taken it up on schedule yet; until then its volumes count as new`,
        ]
      : []),
  ];
}
