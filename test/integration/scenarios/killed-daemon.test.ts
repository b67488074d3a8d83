import { expect, it } from 'vitest';
import { killDaemons } from '../../support/kill-daemons.ts';

/** `npm run bench -- crashes` kills 200. */
const KILLS = 50;

it(`a daemon that is killed ${KILLS} times at random instants leaves no duplicate, no orphan and no open end`, {
  timeout: 900_000,
}, async () => {
  const { problems, unserved, deletedCount } = await killDaemons(KILLS, 1);
  expect(problems).toEqual([]);
  expect(unserved).toEqual([]);
  expect(deletedCount, 'pruned').toBeGreaterThan(0);
});
