import type { Catalog } from '../../app/ports.ts';
import { toAttributes, toInstantText } from './attributes.ts';
import { isNotToBeDecided, isStillToBeDecidedAt, isThere } from './conditions.ts';
import { SCHEMA_VERSION } from './item.ts';
import { volumeItemKey } from './keys.ts';
import type { Change, Table } from './table.ts';
import { fromVolumeItem } from './volume-item.ts';

const PAGE_ITEMS = 500;

type VolumeOperations = Pick<
  Catalog,
  'noteVolume' | 'getVolume' | 'noteProof' | 'listDecisions' | 'settleDecision'
>;

export function createVolumeOperations(table: Table): VolumeOperations {
  return {
    async noteVolume({ cloud, volumeId, volume, decideAt }) {
      await table.update(volumeItemKey(cloud, volumeId), {
        ...toAttributes({ schemaVersion: SCHEMA_VERSION, cloud, volumeId, volume }),
        ...toDecision(cloud, decideAt),
      });
    },
    async getVolume(cloud, volumeId) {
      const item = await table.get(volumeItemKey(cloud, volumeId));
      return item && fromVolumeItem(item);
    },
    noteProof(cloud, volumeId, proof) {
      return table.update(volumeItemKey(cloud, volumeId), toAttributes({ proof }), isThere);
    },
    async *listDecisions(cloud, until) {
      const pages = table.query({
        IndexName: 'decisions',
        KeyConditionExpression: '#cloud = :cloud AND #decideAt <= :until',
        names: { '#cloud': 'decisionCloud', '#decideAt': 'decideAt' },
        values: { ':cloud': { S: cloud }, ':until': { S: toInstantText(until) } },
        Limit: PAGE_ITEMS,
      });
      for await (const page of pages) yield page.map(fromVolumeItem);
    },
    settleDecision(cloud, volumeId, seenAt, nextAt) {
      return table.update(
        volumeItemKey(cloud, volumeId),
        toDecision(cloud, nextAt),
        seenAt === undefined ? isNotToBeDecided : isStillToBeDecidedAt(seenAt),
      );
    },
  };
}

/** Both keys of the index of decisions, or none: an item without them is not in it. */
function toDecision(cloud: string, decideAt: Date | undefined): Change {
  return decideAt === undefined
    ? { decideAt: undefined, decisionCloud: undefined }
    : toAttributes({ decideAt, decisionCloud: cloud });
}
