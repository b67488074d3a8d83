import type { Backup, VolumeId } from '../domain/backup.ts';
import { type Decision, describeDecision } from '../domain/decision.ts';
import type { Deployment } from '../domain/deployment.ts';
import type { Policy } from '../domain/policy.ts';
import { canonicalTerms, type FormerTerms, termsOf } from '../domain/retention-terms.ts';
import { addGrace } from './former-terms.ts';
import { planVolumes } from './plan-volumes.ts';
import type { Cloud } from './ports.ts';
import type { Dependencies, Run } from './run.ts';
import { ReportBuilder } from './run-report.ts';
import { openSameCloud } from './same-project.ts';
import { type CloudView, readCloudView } from './volume-views.ts';

/** A backup that the present config keeps or holds and the other would delete. */
export interface LostByChange {
  readonly cloud: string;
  readonly volumeId: VolumeId;
  readonly backup: Backup;
  readonly policy?: string;
  /** Why it stays at present. */
  readonly stays: string;
  /** Until then it would stay after all: the days of grace of a shortened policy, if the change came into force now. */
  readonly graceUntil?: Date;
}

type FormerByPolicy = ReadonlyMap<string, readonly FormerTerms[]>;

/**
 * What another version of the config would delete that the present one keeps, by the very planner. Reads only.
 *
 * @returns newest first, per cloud of the present config.
 */
export async function previewChange(
  other: Deployment,
  run: Run,
  deps: Dependencies,
): Promise<readonly LostByChange[]> {
  const lost: LostByChange[] = [];
  const graceOf = formerOf(other, deps);
  for (const name of deps.deployment.clouds.keys()) {
    const { cloud } = await openSameCloud(name, deps);
    const view = await readCloudView(cloud, 'all');
    const decide = (deployment: Deployment, formerTerms: FormerByPolicy) =>
      decideAll(view, cloud, run, { ...deps, deployment }, formerTerms);
    const present = await decide(deps.deployment, new Map());
    const after = await decide(other, new Map());
    const atFirst = await decide(other, graceOf);
    for (const [id, decision] of after) {
      const before = present.get(id);
      if (decision.verdict !== 'delete' || before === undefined || before.verdict === 'delete') continue;
      const isGraced = atFirst.get(id)?.verdict !== 'delete';
      const graceUntil = isGraced ? graceOf.get(decision.policy ?? '')?.[0]?.until : undefined;
      lost.push(toLost(name, before, decision, graceUntil));
    }
  }
  return lost;
}

/** What a change to the other config, if it came into force now, would make former terms. */
function formerOf(other: Deployment, { deployment, clock }: Dependencies): FormerByPolicy {
  const presentOf = ({ name, formerly }: Policy): Policy | undefined =>
    [name, ...formerly].map((each) => deployment.policies.get(each)).find((found) => found !== undefined);
  return new Map(
    [...other.policies.values()].flatMap((policy) => {
      const present = presentOf(policy);
      if (present === undefined) return [];
      const terms = termsOf(present);
      if (canonicalTerms(terms) === canonicalTerms(termsOf(policy))) return [];
      return [[policy.name, [{ terms, until: addGrace(clock.now(), policy.guards) }]] as const];
    }),
  );
}

async function decideAll(
  view: CloudView,
  cloud: Cloud,
  run: Run,
  deps: Dependencies,
  formerTerms: FormerByPolicy,
): Promise<Map<string, Decision>> {
  const report = new ReportBuilder('preview', run.startedAt, true);
  const plans = await planVolumes(view, cloud, deps, report, { dryRun: true, formerTerms });
  return new Map(plans.flatMap((plan) => plan.decisions).map((decision) => [decision.backup.id, decision]));
}

function toLost(
  cloud: string,
  { backup, ...before }: Decision,
  { policy }: Decision,
  graceUntil: Date | undefined,
): LostByChange {
  return {
    cloud,
    volumeId: backup.volumeId,
    backup,
    ...(policy !== undefined && { policy }),
    stays: describeDecision({ backup, ...before }),
    ...(graceUntil !== undefined && { graceUntil }),
  };
}
