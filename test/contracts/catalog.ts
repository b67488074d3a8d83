import { beforeAll, describe } from 'vitest';
import type { Catalog } from '../../lambdas/app/ports.ts';
import { type CatalogContext, createUniqueNames } from './catalog-context.ts';
import { specifyEnded } from './catalog-ended.ts';
import { specifyEntries } from './catalog-entries.ts';
import { specifyLeases } from './catalog-leases.ts';
import { specifyPolicies } from './catalog-policies.ts';
import { specifyRecords } from './catalog-records.ts';
import { specifyRestores } from './catalog-restores.ts';
import { specifyVolumes } from './catalog-volumes.ts';
import { specifyWork } from './catalog-work.ts';

/** Every catalog must pass this. `open` is called once and must answer with an empty one; its indexes may lag. */
export function describeCatalog(name: string, open: () => Promise<Catalog>): void {
  describe(`Catalog contract: ${name}`, () => {
    let opened: Catalog | undefined;
    beforeAll(async () => {
      opened = await open();
    });
    const context: CatalogContext = {
      get catalog() {
        if (opened === undefined) throw new Error('use the catalog: it is not open before the first test');
        return opened;
      },
      unique: createUniqueNames(),
    };
    specifyRecords(context);
    specifyWork(context);
    specifyRestores(context);
    specifyVolumes(context);
    specifyPolicies(context);
    specifyLeases(context);
    specifyEnded(context);
    specifyEntries(context);
  });
}
