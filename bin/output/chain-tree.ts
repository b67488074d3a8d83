import type { ListedBackup } from '../../lambdas/app/list-backups.ts';
import {
  type Backup,
  type BackupId,
  compareNewestFirst,
  type VolumeId,
} from '../../lambdas/domain/backup.ts';
import { type ChainLink, inferChains } from '../../lambdas/domain/backup-chain.ts';
import { formatInstant, formatMoment } from './words.ts';

/**
 * Draws the chain that a backup belongs to, with everything that may be based on it; the backup itself is marked.
 *
 * @param siblings every backup of ONE volume.
 */
export function formatChain(siblings: readonly Backup[], id: BackupId): string {
  const links = inferChains(siblings);
  let root = links.get(id);
  if (root === undefined) return 'it is not in the list of its volume (any more)';
  for (let parent = root.parents[0]; parent !== undefined; parent = root.parents[0]) root = parent;
  const drawn = drawFrom(root, childrenOf(links.values()), ({ backup }) =>
    backup.id === id ? '  ◄ this one' : '',
  );
  return drawn.join('\n');
}

/** Draws every chain of every volume, oldest first; each backup with its policy. */
export function formatForest(listed: readonly ListedBackup[]): string {
  if (listed.length === 0) return 'no backups';
  const told = new Map(listed.map((each) => [each.backup.id, describeListed(each)]));
  const volumes = Map.groupBy(listed, ({ backup }) => backup.volumeId);
  return [...volumes].map(([volumeId, own]) => formatVolume(volumeId, own, told)).join('\n\n');
}

function formatVolume(
  volumeId: VolumeId,
  listed: readonly ListedBackup[],
  told: ReadonlyMap<BackupId, string>,
): string {
  const links = inferChains(listed.map(({ backup }) => backup));
  const children = childrenOf(links.values());
  const roots = [...links.values()].filter(({ parents }) => parents.length === 0);
  const oldestFirst = roots.sort((a, b) => compareNewestFirst(b.backup, a.backup));
  const lines = oldestFirst.flatMap((root) =>
    drawFrom(root, children, ({ backup }) => told.get(backup.id) ?? ''),
  );
  return [`volume ${volumeId}`, ...lines.map((line) => `  ${line}`)].join('\n');
}

function describeListed({ policy, pin, provedAt }: ListedBackup): string {
  const marks = [
    policy ?? 'not ours',
    ...(pin === undefined ? [] : ['pinned']),
    ...(provedAt === undefined ? [] : [`proved ${formatMoment(provedAt)}`]),
  ];
  return `  ${marks.join(', ')}`;
}

function childrenOf(links: Iterable<ChainLink>): ReadonlyMap<BackupId, readonly ChainLink[]> {
  const children = new Map<BackupId, ChainLink[]>();
  for (const link of links) {
    const [parent] = link.parents;
    if (parent === undefined) continue;
    const known = children.get(parent.backup.id);
    if (known === undefined) children.set(parent.backup.id, [link]);
    else known.push(link);
  }
  return children;
}

function drawFrom(
  root: ChainLink,
  children: ReadonlyMap<BackupId, readonly ChainLink[]>,
  mark: (link: ChainLink) => string,
): readonly string[] {
  const lines: string[] = root.backup.isIncremental ? ['?  (its full is not listed)'] : [];
  // A chain is mostly a line: only where it forks is it drawn deeper.
  const open: { readonly link: ChainLink; readonly depth: number }[] = [{ link: root, depth: 0 }];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { link, depth } = next;
    lines.push(describeLink(link, depth, mark(link)));
    const followers = children.get(link.backup.id) ?? [];
    const below = followers.length > 1 ? depth + 1 : Math.max(depth, 1);
    for (const follower of followers.toReversed()) open.push({ link: follower, depth: below });
  }
  return lines;
}

function describeLink({ backup, confidence }: ChainLink, depth: number, mark: string): string {
  const branch = depth === 0 ? '' : `${'   '.repeat(depth - 1)}└─ `;
  const type = backup.isIncremental ? 'incremental' : 'full';
  const doubt = confidence === 'unknown' ? '  (its parent is a guess)' : '';
  return `${branch}${type} ${formatInstant(backup.createdAt)}  ${backup.statusText}  ${backup.id}${doubt}${mark}`;
}
