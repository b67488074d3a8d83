import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ACCEPTED_DIFFERENCES,
  renderAcceptedDifferences,
  unaccepted,
} from '../differential/accepted-differences.ts';
import { compare, type Difference } from '../differential/compare.ts';
import { openEmbeddedBackend } from '../differential/embedded-backend.ts';
import { readRecording } from '../differential/recordings.ts';
import type { Script } from '../differential/script.ts';
import { SCRIPTS } from '../differential/scripts/index.ts';
import { play } from '../differential/stage.ts';

const found: Difference[] = [];

async function differencesOf(script: Script): Promise<Difference[]> {
  const backend = await openEmbeddedBackend();
  try {
    return compare(script.name, readRecording(script.name), await play(script, backend));
  } finally {
    await backend.close();
  }
}

describe('the embedded cloud as Zed answers as the real Cinder 21 and its Keystone did', () => {
  it.each(SCRIPTS.map((script) => [script.name, script] as const))('%s', async (_name, script) => {
    const differences = await differencesOf(script);
    found.push(...differences);
    expect(unaccepted(differences)).toEqual([]);
  });

  it('but for differences that are all still there', () => {
    const gone = ACCEPTED_DIFFERENCES.filter((one) => !found.some((difference) => one.covers(difference)));
    expect(gone.map(({ what }) => what)).toEqual([]);
  });

  it('and that the documentation lists with their reasons', () => {
    const text = readFileSync('docs/embedded-cloud.md', 'utf8');
    expect(text).toContain(`\n${renderAcceptedDifferences()}\n`);
  });
});
