import type { BackupStory, PastBackup, ToldRestore } from '../../lambdas/app/show-backup.ts';
import type { Backup } from '../../lambdas/domain/backup.ts';
import type { BackupRecord, Pin } from '../../lambdas/domain/backup-record.ts';
import type { RestoreNote } from '../../lambdas/domain/restore-record.ts';
import { formatChain } from './chain-tree.ts';
import { indent } from './table.ts';
import { describeFullReason, formatElapsed, formatInstant, formatMoment, nameVolume } from './words.ts';

/** Everything that is known of a backup, for people. @param siblings every backup of its volume, itself included. */
export function formatStory(story: BackupStory, siblings: readonly Backup[]): string {
  return [
    `backup ${story.backup.id}`,
    indent(formatPairs(describeBackup(story))),
    '',
    'in the catalog',
    indent(formatPairs(describeRecord(story.record))),
    '',
    ...formatRestores(story.restores),
    'its chain, as inferred (Cinder shows no parents)',
    indent(formatChain(siblings, story.backup.id)),
  ].join('\n');
}

/** What became of a backup that is in no cloud any more, for people. */
export function formatPast({ cloud, backupId, record, restores }: PastBackup): string {
  const { volumeId, volume, policy, slotAt, name, type, dataTimestampAt } = record;
  const pairs: Pairs = [
    ['cloud', `${cloud}, which has it no more`],
    ['name', name],
    ['volume', nameVolume(volumeId, volume.name)],
    ['policy', policy],
    ['slot', formatInstant(slotAt)],
    ['type', type],
    ['size', `${volume.sizeGib} GiB`],
    ['data of', dataTimestampAt && formatInstant(dataTimestampAt)],
  ];
  return [
    `backup ${backupId}`,
    indent(formatPairs(pairs)),
    '',
    'in the catalog',
    indent(formatPairs(describeRecord(record))),
    ...(restores.length === 0 ? [] : ['', ...formatRestores(restores).slice(0, -1)]),
  ].join('\n');
}

export function toPastJson({ cloud, backupId, record, restores }: PastBackup): object {
  const { policy, slotAt, state } = record;
  return { id: backupId, cloud, policy, slotAt, state, restores, record };
}

function formatRestores(restores: readonly ToldRestore[]): readonly string[] {
  if (restores.length === 0) return [];
  return ['its restores', indent(restores.map(describeToldRestore).join('\n')), ''];
}

function describeToldRestore(restore: ToldRestore): string {
  const { purpose, askedAt, state, startedAt, settledAt, targetId, targetName, reason } = restore;
  const what = purpose === 'test' ? 'a test' : `into ${nameVolume(targetId ?? 'a new volume', targetName)}`;
  const tookMs = startedAt && settledAt && settledAt.getTime() - startedAt.getTime();
  const took = tookMs === undefined ? '' : `, after ${formatElapsed(tookMs)}`;
  return `${formatMoment(askedAt)}  ${what}: ${state}${took}${reason === undefined ? '' : `: ${reason}`}`;
}

type Pairs = readonly (readonly [key: string, value: string | undefined])[];

function formatPairs(pairs: Pairs): string {
  const known = pairs.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(...known.map(([key]) => key.length));
  return known.map(([key, value]) => `${key.padEnd(width)}  ${value}`).join('\n');
}

function describeBackup({ backup, cloud, policy, slotAt, record, pin, decision }: BackupStory): Pairs {
  return [
    ['cloud', cloud],
    ['name', backup.name],
    ['volume', nameVolume(backup.volumeId, record?.volume.name)],
    ['policy', policy ?? 'none: it is not ours, and never deleted'],
    ['slot', slotAt && formatInstant(slotAt)],
    ['status', backup.statusText + (backup.failReason === undefined ? '' : `: ${backup.failReason}`)],
    ['type', backup.isIncremental ? 'incremental' : 'full'],
    ['size', `${backup.sizeGib} GiB, ${backup.objectCount} objects`],
    ['created', formatInstant(backup.createdAt)],
    ['data of', formatInstant(backup.dataTimestampAt)],
    ['snapshot', backup.snapshotId],
    ['container', backup.container],
    ['description', backup.description],
    ['pinned', pin && describePin(pin)],
    ['verdict', decision?.why],
    ['dependents', backup.hasDependentBackups ? 'yes, says the cloud' : 'none, says the cloud'],
  ];
}

function describePin({ reason, by, until }: Pin): string {
  const who = by === undefined ? '' : `, by ${by}`;
  return `${reason}${who}${until === undefined ? '' : `, until ${formatInstant(until)}`}`;
}

/** `a test on 2026-11-23T12:00Z, after 4 min: failed: …`. */
function describeRestore({ purpose, at, tookMs, outcome, targetId, reason }: RestoreNote): string {
  const what =
    purpose === 'test' ? 'a test' : `a restore${targetId === undefined ? '' : ` into ${targetId}`}`;
  const ended = `ended on ${formatMoment(at)} after ${formatElapsed(tookMs)}`;
  return `${what}, ${ended}: ${outcome}${reason === undefined ? '' : `: ${reason}`}`;
}

function describeRecord(record: BackupRecord | undefined): Pairs {
  if (record === undefined) return [['state', 'not recorded; `cinderkeep rebuild` records what is ours']];
  const { startedAt, endedAt, tookMs, whyFull } = record;
  return [
    ['state', record.state],
    ['reason', record.reason],
    ['trigger', record.trigger],
    ['attempt', String(record.attempt)],
    ['made from', record.via],
    ['full because', whyFull && describeFullReason(whyFull)],
    ['parent', record.parentId],
    ['started', startedAt && formatMoment(startedAt)],
    ['made in', tookMs === undefined ? undefined : formatElapsed(tookMs)],
    [isGone(record) ? 'gone since' : 'ended', endedAt && formatMoment(endedAt)],
    ['proved', record.provedAt ? formatMoment(record.provedAt) : 'never'],
    ['last restore', record.lastRestore && describeRestore(record.lastRestore)],
  ];
}

function isGone({ state }: BackupRecord): boolean {
  return state === 'deleted' || state === 'lost';
}
