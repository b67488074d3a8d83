/** A process that saves records one after the other, opening and closing them, and says what was acknowledged. */
import { createDynamoDbCatalog } from '../../lambdas/adapters/dynamodb/catalog.ts';
import { openEmbeddedDynamoDb } from '../../local/embedded-dynamodb.ts';
import { aRecord, minutesAfter, OPENED } from '../contracts/catalog-samples.ts';

const LANES = 8;
const STATES = ['creating', 'available', 'deleting', 'deleted'] as const;

const [path = ''] = process.argv.slice(2);
const catalog = createDynamoDbCatalog(await openEmbeddedDynamoDb({ path }));
process.stdout.write('ready\n');

await Promise.all(
  Array.from({ length: LANES }, async (_, lane) => {
    for (let count = 0; ; count += 1) {
      const volumeId = `v${lane}-${process.pid}-${count}`;
      let record = await catalog.save(aRecord({ volumeId, openedAt: minutesAfter(OPENED, count) }));
      process.stdout.write(`${volumeId} ${record.version}\n`);
      for (const state of STATES) {
        record = await catalog.save({ ...record, state });
        process.stdout.write(`${volumeId} ${record.version}\n`);
      }
    }
  }),
);
