import type { Answer, Call } from '../protocol/call.ts';
import { noSuchMethod } from '../protocol/errors.ts';
import { asksForEveryProject } from '../protocol/listing.ts';
import { FROM } from '../protocol/microversion.ts';
import { authorize } from '../protocol/policy.ts';
import { compareNewestFirst } from '../state/newest-first.ts';
import type { VolumeRow } from '../state/rows.ts';

/** `GET /volumes/summary` (3.12): how many, how many GiB, and from 3.36 which metadata they have. */
export function showSummary(call: Call): Answer {
  if (call.version < FROM.volumeSummary) throw noSuchMethod();
  authorize(call, 'volume:get_all', 'read');
  const { volumes } = call.cloud;
  const rows = [...(asksForEveryProject(call) ? volumes.all() : volumes.ofProject(call.caller.projectId))];
  const summary: Record<string, unknown> = {
    total_count: rows.length,
    total_size: rows.reduce((sum, { size }) => sum + size, 0),
  };
  if (call.version >= FROM.summaryMetadata) summary.metadata = distinctMetadata(rows);
  return { status: 200, body: { 'volume-summary': summary } };
}

/** Distinct as MariaDB has it: of values that differ in their case only, the one that was there first. */
function distinctMetadata(rows: readonly VolumeRow[]): Record<string, string[]> {
  const values = new Map<string, Map<string, string>>();
  const oldestFirst = rows.toSorted((a, b) => compareNewestFirst(b, a));
  for (const [key, value] of oldestFirst.flatMap(({ metadata }) => Object.entries(metadata))) {
    const ofKey = values.get(key) ?? new Map<string, string>();
    values.set(key, ofKey);
    const folded = value.toUpperCase();
    if (!ofKey.has(folded)) ofKey.set(folded, value);
  }
  return Object.fromEntries(Array.from(values, ([key, ofKey]) => [key, [...ofKey.values()]]));
}
