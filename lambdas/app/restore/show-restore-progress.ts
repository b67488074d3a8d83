import type { RestoreRecord } from '../../domain/restore-record.ts';
import type { RestoreWork } from './restore-work.ts';

/** So many are told one by one. */
const DETAILS = 8;

const DOING: Partial<Record<RestoreRecord['state'], string>> = {
  waiting: 'waits',
  creating: 'making the volume',
  restoring: 'restoring',
  checking: 'checking',
  clearing: 'clearing away',
  stuck: 'stuck',
};

export function showRestoreProgress({ jobs, deps, report, cloud }: RestoreWork): void {
  const records = [...jobs.values()].map(({ record }) => record);
  const waiting = records.filter(({ state }) => state === 'waiting').length;
  const nowMs = deps.clock.now().getTime();
  deps.onProgress?.({
    cloud: cloud.name,
    waiting,
    underWay: records.length - waiting,
    available: 0,
    deleted: 0,
    restored: report.count('restored') + report.count('proved'),
    failed: report.failedCount,
    details: records.slice(0, DETAILS).map((record) => describe(record, nowMs)),
  });
}

function describe({ state, target, targetId, startedAt, reason }: RestoreRecord, nowMs: number): string {
  const name = target.name === '' ? (targetId ?? 'a volume') : target.name;
  const seconds = startedAt === undefined ? 0 : Math.round((nowMs - startedAt.getTime()) / 1_000);
  const since = startedAt === undefined ? '' : `, ${seconds} s`;
  return `${name}: ${DOING[state] ?? state}${since}${reason === undefined ? '' : ` (${reason})`}`;
}
