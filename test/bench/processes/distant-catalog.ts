import type { Catalog } from '../../../lambdas/app/ports.ts';
import { type Child, startChild } from './child.ts';
import type { MemoryCatalogHandlers, PagedMethod, PlainMethod } from './memory-catalog.ts';

/** A catalog in a process of its own, fast enough not to rule what is measured. Its errors lose their class on the way. */
export function openDistantCatalog(): Catalog {
  const child = startChild<MemoryCatalogHandlers>('memory-catalog.ts');
  const plain = <Method extends PlainMethod>(method: Method): Catalog[Method] => {
    const ask = (...words: readonly unknown[]) => child.ask('call', { method, words });
    return ask as unknown as Catalog[Method];
  };
  const paged = <Method extends PagedMethod>(method: Method): Catalog[Method] => {
    const walk = (...words: readonly unknown[]) => walkPages(child, method, words);
    return walk as unknown as Catalog[Method];
  };
  return {
    save: plain('save'),
    getRecord: plain('getRecord'),
    listVolumeRecords: plain('listVolumeRecords'),
    listWork: paged('listWork'),
    listBegun: paged('listBegun'),
    saveRestore: plain('saveRestore'),
    getRestore: plain('getRestore'),
    listRestores: plain('listRestores'),
    listOpenRestores: paged('listOpenRestores'),
    noteVolume: plain('noteVolume'),
    getVolume: plain('getVolume'),
    noteProof: plain('noteProof'),
    listDecisions: paged('listDecisions'),
    settleDecision: plain('settleDecision'),
    saveSlot: plain('saveSlot'),
    getSlot: plain('getSlot'),
    listSlots: plain('listSlots'),
    getPolicy: plain('getPolicy'),
    savePolicy: plain('savePolicy'),
    getCloud: plain('getCloud'),
    saveCloud: plain('saveCloud'),
    takeLease: plain('takeLease'),
    getLease: plain('getLease'),
    releaseLease: plain('releaseLease'),
    noteEnded: plain('noteEnded'),
    listEnded: paged('listEnded'),
    listEntries: paged('listEntries'),
    insertEntry: plain('insertEntry'),
  };
}

async function* walkPages(
  child: Child<MemoryCatalogHandlers>,
  method: PagedMethod,
  words: readonly unknown[],
): AsyncGenerator<unknown> {
  const walk = await child.ask('openWalk', { method, words });
  for (let page = await nextPage(); page !== undefined; page = await nextPage()) yield page;

  function nextPage(): Promise<unknown> {
    return child.ask('nextPage', walk);
  }
}
