import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Backend } from '../differential/backend.ts';
import { compare, type Difference } from '../differential/compare.ts';
import { readRecording, writeRecording } from '../differential/recordings.ts';
import type { Script } from '../differential/script.ts';
import { SCRIPTS } from '../differential/scripts/index.ts';
import { play } from '../differential/stage.ts';
import { purgeProject } from './cloud/purge.ts';
import { openSession } from './cloud/session.ts';
import { type LiveCloud, liveCloud } from './cloud.ts';
import { openLiveBackend } from './differential/live-backend.ts';
import { Turns } from './differential/turns.ts';

const isRecording = process.env.CINDERKEEP_LIVE_RECORD !== undefined;
const together = SCRIPTS.filter(({ playsAlone }) => playsAlone === undefined);
const alone = SCRIPTS.filter(
  ({ playsAlone }) => playsAlone === true || (isRecording && playsAlone !== undefined),
);

let live: LiveCloud;
const backends = new Map<Script, Backend>();

beforeAll(async () => {
  live = await liveCloud();
  await live.purge();
  const freezing = new Turns();
  const open = async (script: Script) => backends.set(script, await openLiveBackend(live, freezing));
  await Promise.all([...together, ...alone].map(open));
});
afterAll(async () => {
  const { cinderUrl, projects } = live.environment;
  const { admin } = live.credentials;
  const entry = { ...admin, auth: { ...admin.auth, project_name: 'admin' } };
  await purgeProject(openSession(entry, `${cinderUrl}/${projects.admin}`));
  await live.purge();
});

async function expectTheRecording(script: Script): Promise<void> {
  const backend = backends.get(script);
  if (backend === undefined) throw new Error(`there is nobody to play ${script.name}`);
  const transcript = await play(script, backend).finally(() => backend.close());
  if (isRecording) writeRecording(script.name, new Date().toISOString().slice(0, 10), transcript);
  const differences = compare(script.name, readRecording(script.name), transcript);
  const forgotten = differences.find(isForgottenToken)?.exchange;
  expect(differences.filter((one) => one.exchange !== forgotten && !isChance(one))).toEqual([]);
}

/**
 * Each worker of Cinder's API remembers for itself which tokens are valid. A revoked one is still good for the worker that has seen it, and
 * refused by the other, and which of them is asked is chance.
 */
function isForgottenToken({ exchange, path, real, embedded }: Difference): boolean {
  return exchange === 'Cinder remembers it' && path === 'status' && real === 200 && embedded === 401;
}

/** The fractions of a second that some answers show. */
function isChance({ real, embedded }: Difference): boolean {
  return [real, embedded].every((stamp) => /^<stamp>\.\d{6}$/.test(String(stamp)));
}

const byName = (scripts: readonly Script[]) => scripts.map((script) => [script.name, script] as const);

describe.concurrent('the real cloud says what it said when it was recorded', () => {
  it.each(byName(together))('%s', (_name, script) => expectTheRecording(script));
});

describe('the real cloud, with nothing beside it, says what it said when it was recorded', () => {
  it.each(byName(alone))('%s', (_name, script) => expectTheRecording(script));
});
