import { type EmbeddedCloudOptions, settingsOf } from './options.ts';
import { openCloudDirectory } from './persistence/cloud-directory.ts';
import { persistCloud, resumeClock } from './persistence/persist-cloud.ts';
import { seedVolumes } from './seed.ts';
import { type Clock, CloudState } from './state/cloud-state.ts';
import { defaultType } from './types/volume-types.ts';

/** What a cloud is, without the server that answers for it. */
export interface OpenedCloud {
  readonly cloud: CloudState;
  /** Lets work under way end, saves what there is, and frees the directory; without a directory, nothing. */
  close(): void;
}

/**
 * A cloud as the options ask for it: new and in memory, or the one that is kept in the directory. Volumes are seeded
 * into a new database only.
 *
 * @throws {RangeError | z.ZodError} for options that are not valid.
 * @throws {CloudDirectoryError} when the directory is in use, or is none of an embedded cloud.
 */
export function openCloud(options: EmbeddedCloudOptions): OpenedCloud {
  const settings = settingsOf(options);
  const clock = options.clock ?? { now: () => new Date() };
  const opened =
    options.dataPath === undefined
      ? { cloud: new CloudState(clock, settings), isNew: true, close() {} }
      : openKept(options.dataPath, clock, settings);
  const { cloud, isNew, close } = opened;
  try {
    for (const rule of options.faults ?? []) cloud.faults.add(rule);
    for (const zone of options.zones ?? []) cloud.zones.add(zone);
    cloud.change(() => defaultType(cloud));
    if (isNew) cloud.change(() => seedVolumes(cloud, options.volumes ?? 0));
    return { cloud, close };
  } catch (error) {
    close();
    throw error;
  }
}

function openKept(path: string, clock: Clock, settings: ReturnType<typeof settingsOf>) {
  const directory = openCloudDirectory(path);
  try {
    const cloud = new CloudState(resumeClock(clock, directory), settings, directory);
    const isNew = persistCloud(cloud, directory);
    const close = (): void => {
      cloud.finishWork();
      cloud.commit();
      directory.close();
    };
    return { cloud, isNew, close };
  } catch (error) {
    directory.close();
    throw error;
  }
}
