import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** An entry of `clouds.yaml`, the shape in which a cloud's credential is kept everywhere. */
const cloudEntry = z.object({
  auth_type: z.string().optional(),
  auth: z.record(z.string(), z.string()),
  region_name: z.string(),
  interface: z.string(),
});

const uuidHex = z.string().regex(/^[0-9a-f]{32}$/);

/** What `test/live/cloud/up` leaves in `env.json`. */
const liveEnvironment = z.object({
  home: z.string(),
  keystoneUrl: z.url(),
  /** Ends in `/v3`; a project id comes next. */
  cinderUrl: z.url(),
  region: z.string(),
  projects: z.object({ admin: uuidHex, demo: uuidHex, other: uuidHex }),
  users: z.record(z.string(), uuidHex),
  passwords: z.record(z.string(), z.string()),
  applicationCredential: z.object({ id: uuidHex, name: z.string(), secret: z.string() }),
  clouds: z.object({
    member: cloudEntry,
    'application-credential': cloudEntry,
    admin: cloudEntry,
    reader: cloudEntry,
    other: cloudEntry,
  }),
  volumesPath: z.string(),
  backupsPath: z.string(),
  faultsPath: z.string(),
  runPath: z.string(),
  bytesPerGib: z.int().positive(),
});

export type CloudEntry = z.infer<typeof cloudEntry>;
export type LiveEnvironment = z.infer<typeof liveEnvironment>;

/** Where `up` keeps everything: the same rule as in `lib/settings.sh`. */
export function liveHome(): string {
  return process.env.CINDERKEEP_LIVE_HOME || join(process.env.TMPDIR || '/tmp', 'cinderkeep-live');
}

/** @throws when `up` has not run, and says so. */
export async function readLiveEnvironment(): Promise<LiveEnvironment> {
  const path = join(liveHome(), 'env.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new Error(`read ${path}: no live cloud there; run test/live/cloud/up first`, { cause });
  });
  return liveEnvironment.parse(JSON.parse(text));
}
