import type { Backup } from './backup.ts';
import type { Pin } from './backup-record.ts';
import { MARKER_KEY, type Marker, markerDescription, markerMetadata } from './marker.ts';

/** What is to be written into a backup; metadata is whole, as Cinder replaces all of it. */
export interface MarkerChange {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly description?: string;
}

/**
 * What makes the marker of a backup say this pin, or none: wherever the backup has a marker text, else in its metadata, else in its
 * description. What others wrote there stays.
 *
 * @returns empty when it says so already; undefined when there is no place for it: no metadata, and a description of someone's own.
 */
export function changePin(
  backup: Pick<Backup, 'metadata' | 'description'>,
  marker: Marker,
  pin: Pin | undefined,
  { hasBackupMetadata }: { readonly hasBackupMetadata: boolean },
): MarkerChange | undefined {
  const { deployment, policy, slotAt } = marker;
  const parts = { deployment, policy, slotAt, ...(pin !== undefined && { pin }) };
  const { metadata = {}, description } = backup;
  const isInMetadata = Object.hasOwn(metadata, MARKER_KEY);
  const isInDescription = description.startsWith(`${MARKER_KEY}=`);
  const isNowhere = !isInMetadata && !isInDescription;
  if (isNowhere && pin === undefined) return {};
  if (isNowhere && !hasBackupMetadata && description !== '') return undefined;

  const [wantedMetadata, wantedDescription] = [markerMetadata(parts), markerDescription(parts)];
  const goesToMetadata = isInMetadata || (isNowhere && hasBackupMetadata);
  const goesToDescription = isInDescription || (isNowhere && !hasBackupMetadata);
  return {
    ...(goesToMetadata &&
      metadata[MARKER_KEY] !== wantedMetadata[MARKER_KEY] && {
        metadata: { ...metadata, ...wantedMetadata },
      }),
    ...(goesToDescription && description !== wantedDescription && { description: wantedDescription }),
  };
}
