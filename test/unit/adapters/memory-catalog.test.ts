import { createMemoryCatalog } from '../../../lambdas/adapters/memory/memory-catalog.ts';
import { describeCatalog } from '../../contracts/catalog.ts';
import { createLaggingCatalog } from '../../support/lagging-catalog.ts';

describeCatalog('in memory', async () => createMemoryCatalog());
describeCatalog('in memory, indexes lagging', async () => createLaggingCatalog(createMemoryCatalog()));
