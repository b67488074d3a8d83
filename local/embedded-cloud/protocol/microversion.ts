import { MALFORMED, Refusal } from './errors.ts';

/** The minor part of an API version; the major one is 3. */
export type Minor = number;

/** The microversions at which something changes for us (cinder/api/microversions.py). */
export const FROM = {
  messages: 3,
  messagePages: 5,
  clusters: 7,
  updateBackup: 9,
  filterByGroup: 10,
  volumeSummary: 12,
  groupOfVolume: 13,
  groupSnapshots: 14,
  etags: 15,
  projectOfBackup: 18,
  providerId: 21,
  snapshotsByMetadata: 22,
  forcedVolumeDeletion: 23,
  snapshotsByName: 30,
  strictFilters: 31,
  resourceFilters: 33,
  likeFilters: 34,
  summaryMetadata: 36,
  sortByName: 37,
  limitsOfProject: 39,
  revertVolume: 40,
  snapshotUserId: 41,
  extendInUse: 42,
  backupMetadata: 43,
  count: 45,
  volumeOfBackup: 47,
  sharedTargets: 48,
  backendState: 49,
  backupZone: 51,
  strictVolumeSchema: 53,
  userOfBackup: 56,
  volumesByTime: 60,
  clusterName: 61,
  volumeTypeId: 63,
  encryptionKeyId: 64,
  consumesQuota: 65,
  snapshotInUse: 66,
} as const;

/** A version header that Cinder does not take, with the version it echoes (none for other majors and nonsense). */
export class VersionRefusal extends Refusal {
  readonly echoed: string | undefined;

  constructor(status: number, message: string, echoed?: string) {
    super(status, message);
    this.echoed = echoed;
  }
}

export const SUPPORTED_VERSION = /^3\.(0|[1-9]\d*)$/;
const VERSION = /^([1-9]\d*)\.([1-9]\d*|0)$/;

/**
 * The microversion that an `OpenStack-API-Version` header asks for; 3.0 without a header.
 *
 * @throws {VersionRefusal} 400 for a header that names no volume service or no version, 406 beyond what is supported.
 * @see cinder/api/openstack/wsgi.py Request.set_api_version_request; texts observed on Cinder 21.3.1 (Zed)
 */
export function negotiate(header: string | undefined, maxMinor: Minor): Minor {
  if (header === undefined) return 0;
  const volumePart = header.split(',').find((part) => part.includes('volume'));
  const asked = volumePart?.trim().split(/\s+/)[1];
  if (asked === undefined) throw new VersionRefusal(400, MALFORMED);
  if (asked === 'latest') return maxMinor;
  const [, major, minor] = VERSION.exec(asked) ?? [];
  if (major === undefined || minor === undefined) {
    const message = `API Version String ${asked} is of invalid format. Must be of format MajorNum.MinorNum.`;
    throw new VersionRefusal(400, message);
  }
  if (major !== '3' || Number(minor) > maxMinor) {
    const message = `Version ${asked} is not supported by the API. Minimum is 3.0 and maximum is 3.${maxMinor}.`;
    throw new VersionRefusal(406, message, Number(major) >= 3 ? asked : undefined);
  }
  return Number(minor);
}
