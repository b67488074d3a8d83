import { actOnBackup } from '../backups/backup-actions.ts';
import { exportRecord, importRecord } from '../backups/backup-records.ts';
import {
  listBackupDetails,
  listBackups,
  postBackup,
  postRestore,
  putBackup,
  removeBackup,
  showBackup,
} from '../backups/backups.ts';
import { showLimits } from '../quotas/limits.ts';
import {
  deleteQuotas,
  showDefaultQuotas,
  showQuotaClass,
  showQuotas,
  updateQuotaClass,
  updateQuotas,
} from '../quotas/quota-sets.ts';
import { actOnSnapshot } from '../snapshots/snapshot-actions.ts';
import { listSnapshotDetails, listSnapshots } from '../snapshots/snapshot-lists.ts';
import { snapshotMetadata } from '../snapshots/snapshot-metadata.ts';
import { postSnapshot, putSnapshot, removeSnapshot, showSnapshot } from '../snapshots/snapshots.ts';
import { listExtensions, showExtension } from '../surroundings/extensions.ts';
import { listMessages, removeMessage, showMessage } from '../surroundings/messages.ts';
import { listFilters, listZones } from '../surroundings/other-resources.ts';
import { listServices } from '../surroundings/services.ts';
import {
  createExtraSpecs,
  deleteExtraSpec,
  listExtraSpecs,
  showExtraSpec,
  updateExtraSpec,
} from '../types/type-extra-specs.ts';
import { createType, deleteType, listTypes, showEncryption, showType, updateType } from '../types/types.ts';
import { actOnVolume } from '../volumes/volume-actions.ts';
import { listVolumeDetails, listVolumes } from '../volumes/volume-lists.ts';
import { volumeMetadata } from '../volumes/volume-metadata.ts';
import { showSummary } from '../volumes/volume-summary.ts';
import { postVolume, putVolume, removeVolume, showVolume } from '../volumes/volumes.ts';
import type { Handler, Route } from './call.ts';
import type { MetadataHandlers } from './item-metadata.ts';
import type { Operation } from './operations.ts';

const route = (method: string, path: string, operation: Operation, handle: Handler): Route => ({
  method,
  path,
  operation,
  handle,
});

function metadataRoutes(
  path: string,
  read: Operation,
  change: Operation,
  handlers: MetadataHandlers,
): Route[] {
  return [
    route('GET', path, read, handlers.list),
    route('POST', path, change, handlers.add),
    route('PUT', path, change, handlers.replace),
    route('GET', `${path}/:key`, read, handlers.show),
    route('PUT', `${path}/:key`, change, handlers.update),
    route('DELETE', `${path}/:key`, change, handlers.remove),
  ];
}

/** Everything of Cinder's API that the embedded cloud knows; of two that fit a path, the first counts. */
export const ROUTES: readonly Route[] = [
  route('GET', '/backups', 'list-backups', listBackups),
  route('GET', '/backups/detail', 'list-backups', listBackupDetails),
  route('POST', '/backups', 'create-backup', postBackup),
  route('POST', '/backups/import_record', 'import-backup', importRecord),
  route('GET', '/backups/:id', 'show-backup', showBackup),
  route('PUT', '/backups/:id', 'update-backup', putBackup),
  route('DELETE', '/backups/:id', 'delete-backup', removeBackup),
  route('POST', '/backups/:id/restore', 'restore-backup', postRestore),
  route('POST', '/backups/:id/action', 'act-on-backup', actOnBackup),
  route('GET', '/backups/:id/export_record', 'export-backup', exportRecord),

  route('GET', '/volumes', 'list-volumes', listVolumes),
  route('GET', '/volumes/detail', 'list-volumes', listVolumeDetails),
  route('GET', '/volumes/summary', 'list-volumes', showSummary),
  route('POST', '/volumes', 'create-volume', postVolume),
  route('GET', '/volumes/:id', 'show-volume', showVolume),
  route('PUT', '/volumes/:id', 'update-volume', putVolume),
  route('DELETE', '/volumes/:id', 'delete-volume', removeVolume),
  ...metadataRoutes('/volumes/:id/metadata', 'show-volume', 'update-volume-metadata', volumeMetadata),
  route('POST', '/volumes/:id/action', 'act-on-volume', actOnVolume),

  route('GET', '/snapshots', 'list-snapshots', listSnapshots),
  route('GET', '/snapshots/detail', 'list-snapshots', listSnapshotDetails),
  route('POST', '/snapshots', 'create-snapshot', postSnapshot),
  route('GET', '/snapshots/:id', 'show-snapshot', showSnapshot),
  route('PUT', '/snapshots/:id', 'update-snapshot', putSnapshot),
  route('DELETE', '/snapshots/:id', 'delete-snapshot', removeSnapshot),
  ...metadataRoutes('/snapshots/:id/metadata', 'show-snapshot', 'update-snapshot-metadata', snapshotMetadata),
  route('POST', '/snapshots/:id/action', 'act-on-snapshot', actOnSnapshot),

  route('GET', '/limits', 'show-limits', showLimits),
  route('GET', '/os-quota-sets/:id', 'show-quotas', showQuotas),
  route('GET', '/os-quota-sets/:id/defaults', 'show-quotas', showDefaultQuotas),
  route('PUT', '/os-quota-sets/:id', 'update-quotas', updateQuotas),
  route('DELETE', '/os-quota-sets/:id', 'update-quotas', deleteQuotas),
  route('GET', '/os-quota-class-sets/:id', 'show-quotas', showQuotaClass),
  route('PUT', '/os-quota-class-sets/:id', 'update-quotas', updateQuotaClass),

  route('GET', '/types', 'list-types', listTypes),
  route('POST', '/types', 'update-types', createType),
  route('GET', '/types/:id', 'list-types', showType),
  route('PUT', '/types/:id', 'update-types', updateType),
  route('DELETE', '/types/:id', 'update-types', deleteType),
  route('GET', '/types/:id/encryption', 'list-types', showEncryption),
  route('GET', '/types/:id/extra_specs', 'list-types', listExtraSpecs),
  route('POST', '/types/:id/extra_specs', 'update-types', createExtraSpecs),
  route('GET', '/types/:id/extra_specs/:key', 'list-types', showExtraSpec),
  route('PUT', '/types/:id/extra_specs/:key', 'update-types', updateExtraSpec),
  route('DELETE', '/types/:id/extra_specs/:key', 'update-types', deleteExtraSpec),

  route('GET', '/os-availability-zone', 'list-other', listZones),
  route('GET', '/os-services', 'list-other', listServices),
  route('GET', '/messages', 'list-other', listMessages),
  route('GET', '/messages/:id', 'list-other', showMessage),
  route('DELETE', '/messages/:id', 'list-other', removeMessage),
  route('GET', '/resource_filters', 'list-other', listFilters),
  route('GET', '/extensions', 'list-other', listExtensions),
  route('GET', '/extensions/:id', 'list-other', showExtension),
];
