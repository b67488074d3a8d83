import type { Script } from '../script.ts';
import { access } from './access.ts';
import { actions } from './actions.ts';
import { backupLife } from './backup-life.ts';
import { busyVolume } from './busy-volume.ts';
import { createRefusals } from './create-refusals.ts';
import { deleteAndRestoreRefusals } from './delete-and-restore-refusals.ts';
import { http } from './http.ts';
import { keystoneCredentials } from './keystone-credentials.ts';
import { keystoneIdentity } from './keystone-identity.ts';
import { keystoneTokens } from './keystone-tokens.ts';
import { listing } from './listing.ts';
import { messages } from './messages.ts';
import { oddities } from './oddities.ts';
import { outage } from './outage.ts';
import { parents } from './parents.ts';
import { quotas } from './quotas.ts';
import { records } from './records.ts';
import { snapshots } from './snapshots.ts';
import { surroundings } from './surroundings.ts';
import { types } from './types.ts';
import { updates } from './updates.ts';
import { versions } from './versions.ts';
import { volumeStates } from './volume-states.ts';
import { volumes } from './volumes.ts';

export const SCRIPTS: readonly Script[] = [
  versions,
  http,
  access,
  backupLife,
  createRefusals,
  busyVolume,
  quotas,
  deleteAndRestoreRefusals,
  listing,
  updates,
  actions,
  records,
  parents,
  outage,
  keystoneCredentials,
  keystoneIdentity,
  keystoneTokens,
  snapshots,
  surroundings,
  oddities,
  messages,
  types,
  volumes,
  volumeStates,
];
