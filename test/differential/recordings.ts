import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type RecordedExchange, recordedExchange } from './exchange.ts';

/** The first line of a recording: which cloud spoke, and when. */
const origin = z.strictObject({ cloud: z.string(), recordedOn: z.iso.date() });

/** Where the cloud's packages come from: `test/live/cloud/up` installs them. */
export const RECORDED_CLOUD = 'Cinder 21.3.1 and Keystone 22.0.2 (Zed), Debian 12';

const fileOf = (script: string): string => join(import.meta.dirname, 'recordings', `${script}.jsonl`);

/** What the real cloud said to a script. */
export function readRecording(script: string): RecordedExchange[] {
  const [first = '', ...lines] = readFileSync(fileOf(script), 'utf8').trim().split('\n');
  origin.parse(JSON.parse(first));
  return lines.map((line) => recordedExchange.parse(JSON.parse(line)));
}

/** @param recordedOn a date, as in `2026-11-25`. */
export function writeRecording(
  script: string,
  recordedOn: string,
  transcript: readonly RecordedExchange[],
): void {
  const lines = [origin.parse({ cloud: RECORDED_CLOUD, recordedOn }), ...transcript];
  writeFileSync(fileOf(script), `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`);
}
