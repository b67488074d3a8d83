import type { Call } from '../protocol/call.ts';
import { notFound } from '../protocol/errors.ts';
import { isVisible } from '../protocol/policy.ts';
import type { SnapshotRow } from '../state/rows.ts';

/** @throws {Refusal} 404, also for a snapshot of another project. */
export function findSnapshot(call: Call, id: string): SnapshotRow {
  const snapshot = call.cloud.snapshots.get(id);
  if (snapshot === undefined || !isVisible(call, snapshot)) throw notFound('Snapshot', id);
  return snapshot;
}

/** The snapshot that the URL names. */
export function snapshotOf(call: Call): SnapshotRow {
  return findSnapshot(call, call.params[0] ?? '');
}
