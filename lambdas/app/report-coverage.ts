import type { VolumeId } from '../domain/backup.ts';
import type { Policy } from '../domain/policy.ts';
import { type CloudQuestion, coverCloud } from './coverage/cover-cloud.ts';
import type { CloudFindings, CoverageReport, PolicyCoverage } from './coverage/findings.ts';
import { createWorstItems } from './coverage/worst-items.ts';
import { findPolicy } from './create-backups.ts';
import type { Dependencies, Run } from './run.ts';
import { ReportBuilder, type ReportItem } from './run-report.ts';

export interface ReportCoverageRequest {
  readonly trigger: 'schedule' | 'manual';
  /** Only by this policy. */
  readonly policy?: string;
  /** Only these volumes. */
  readonly volumeIds?: readonly VolumeId[];
}

/**
 * Which volumes have no recent good backup, by each policy that selects them, and which no policy selects; which slots were missed, and
 * whether quotas last. Changes nothing, anywhere. A cloud that cannot be read whole is a failure, and nothing else is said of it.
 *
 * @throws {InvalidRequestError} there is no such policy.
 */
export async function reportCoverage(
  request: ReportCoverageRequest,
  run: Run,
  deps: Dependencies,
): Promise<CoverageReport> {
  const questions = askClouds(request, deps);
  const report = new ReportBuilder('report-coverage', run.startedAt);
  const findings = await Promise.all(
    [...questions].map(([cloud, question]) => findOut(cloud, question, run, deps)),
  );
  for (const { policies, warnings } of findings) {
    for (const { counts } of policies) report.tally('covered', counts?.covered ?? 0);
    for (const warning of warnings) report.warn(warning);
  }
  const worst = createWorstItems();
  for (const item of findings.flatMap((each) => each.items)) worst.add(item);
  for (const item of reportGone(findings, request)) worst.add(item);
  for (const item of worst.read()) report.add(item);
  for (const omitted of [...findings.flatMap((each) => each.omitted), ...worst.readOmitted()])
    report.omit(omitted);
  const byName = new Map(findings.flatMap(({ policies }) => policies.map((each) => [each.policy, each])));
  return {
    ...report.finish(deps.clock.now()),
    policies: [...deps.deployment.policies.keys()].flatMap((name) => byName.get(name) ?? []),
  };
}

function askClouds(
  { policy, volumeIds }: ReportCoverageRequest,
  deps: Dependencies,
): ReadonlyMap<string, CloudQuestion> {
  const { clouds, policies } = deps.deployment;
  const asked = policy === undefined ? [...policies.values()] : [findPolicy(policy, deps)];
  const names = policy === undefined ? [...clouds.keys()] : asked.map(({ cloud }) => cloud);
  const ofCloud = (all: Iterable<Policy>, name: string) => [...all].filter(({ cloud }) => cloud === name);
  return new Map(
    names.map((name) => [
      name,
      {
        judged: ofCloud(asked, name),
        all: ofCloud(policies.values(), name),
        ...(volumeIds !== undefined && { volumeIds }),
      },
    ]),
  );
}

async function findOut(
  cloud: string,
  question: CloudQuestion,
  run: Run,
  deps: Dependencies,
): Promise<CloudFindings> {
  try {
    return await coverCloud(cloud, question, run, deps);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reason = `nothing is known of how its volumes are covered: ${message}`;
    return {
      policies: question.judged.map((policy) => toUnknown(policy)),
      items: [{ outcome: 'failed', isFailure: true, cloud, reason }],
      omitted: [],
      warnings: [],
    };
  }
}

function toUnknown({ name, cloud }: Policy): PolicyCoverage {
  return { policy: name, cloud, state: 'unknown' };
}

/** A volume is of one cloud, and the others need not know it. */
function reportGone(
  findings: readonly CloudFindings[],
  { volumeIds = [] }: ReportCoverageRequest,
): ReportItem[] {
  const isGone = (id: VolumeId) => findings.every(({ gone }) => gone?.includes(id) === true);
  return volumeIds.filter(isGone).map((volumeId) => ({
    outcome: 'failed',
    isFailure: true,
    volumeId,
    reason: 'there is no such volume in any cloud that was asked',
  }));
}
