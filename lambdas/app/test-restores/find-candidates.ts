import type { VolumeId } from '../../domain/backup.ts';
import { isRestoreOpen, type RestoreRecord } from '../../domain/restore-record.ts';
import { orderByTurn, type TestCandidate, testedAtOnce, testRequestOf } from '../../domain/restore-tests.ts';
import { mapBounded } from '../map-bounded.ts';
import type { Dependencies } from '../run.ts';
import type { AskedTests } from './find-asked.ts';

const READS_AT_ONCE = 32;

export interface Candidates {
  /** In the order of their turn. */
  readonly volumeIds: readonly VolumeId[];
  /** How many of them are to be tested. */
  readonly count: number;
}

/** The open tests of a cloud. From an index: a hint. */
export async function readOpenTests(
  cloud: string,
  { catalog }: Pick<Dependencies, 'catalog'>,
): Promise<readonly RestoreRecord[]> {
  const open: RestoreRecord[] = [];
  for await (const page of catalog.listOpenRestores(cloud)) {
    open.push(...page.filter((record) => record.purpose === 'test' && isRestoreOpen(record)));
  }
  return open;
}

/**
 * Whose turn it is among the volumes that a policy selects. What was tested for the slot already, or is under way for it, counts: whoever
 * goes on with a slot that was begun tests no more than was to be tested. A volume with a test under way from before is passed over, and
 * so is one that the catalog knows no good backup of.
 */
export async function findCandidates(
  selected: readonly VolumeId[],
  open: readonly RestoreRecord[],
  { policy, tests, slotAt, trigger }: AskedTests,
  cloud: string,
  deps: Dependencies,
): Promise<Candidates> {
  const request = testRequestOf(policy?.name, slotAt);
  const underWay = new Map(open.map((record) => [record.volumeId, record.request]));
  const known = await mapBounded(selected, READS_AT_ONCE, (volumeId) => readLast(volumeId, cloud, deps));
  const tested = known.filter((each) => each !== undefined);
  const isDone = ({ volumeId, lastTestAt }: KnownVolume) =>
    underWay.get(volumeId) === request ||
    (trigger !== 'manual' && lastTestAt !== undefined && lastTestAt >= slotAt);
  const doneCount = tested.filter(isDone).length;
  const others = tested.filter((each) => !isDone(each) && !underWay.has(each.volumeId));
  return {
    volumeIds: orderByTurn(others).map(({ volumeId }) => volumeId),
    count: Math.max(0, testedAtOnce(tests.volumes, tested.length) - doneCount),
  };
}

interface KnownVolume extends TestCandidate {
  readonly lastTestAt?: Date;
}

async function readLast(
  volumeId: VolumeId,
  cloud: string,
  { catalog }: Dependencies,
): Promise<KnownVolume | undefined> {
  const volume = await catalog.getVolume(cloud, volumeId);
  if (volume === undefined) return undefined;
  const last = volume.proof?.last;
  return {
    volumeId,
    ...(last !== undefined && { lastAt: last.at }),
    ...(last?.purpose === 'test' && { lastTestAt: last.at }),
  };
}
