import { parseConfig } from '../../config/config.ts';
import { createCinderCloud } from '../../lambdas/adapters/cinder/cinder-cloud.ts';
import type { CloudCredentials } from '../../lambdas/adapters/cinder/credentials.ts';
import { createCredentialsSource } from '../../lambdas/adapters/cinder/credentials-source.ts';
import { createMemoryCatalog } from '../../lambdas/adapters/memory/memory-catalog.ts';
import type { Catalog, Clock, Cloud, Log } from '../../lambdas/app/ports.ts';
import type { Dependencies, Run } from '../../lambdas/app/run.ts';
import type { BackupRecord } from '../../lambdas/domain/backup-record.ts';
import { OPERATIONS, type Operation } from '../../lambdas/domain/operation.ts';
import { createAskHook } from '../../lambdas/runtime/ask-hook.ts';
import {
  type AddVolume,
  type CloudControl,
  type EmbeddedCloud,
  type EmbeddedCloudOptions,
  startEmbeddedCloud,
} from '../../local/embedded-cloud/embedded-cloud.ts';
import { createVirtualClock, type VirtualClock } from '../../local/virtual-clock.ts';

export interface WorldOptions {
  /** The `policies:` part of a config, as YAML, indented by two; `policyText` writes it. */
  readonly policies: string;
  readonly limits?: string;
  readonly startAt?: string;
  readonly cloud?: Omit<EmbeddedCloudOptions, 'clock'>;
  /** Default: one in memory. */
  readonly catalog?: Catalog | ((clock: VirtualClock) => Promise<Catalog>);
  /** So many volumes from the start, `vol-0` on. */
  readonly volumes?: number;
  /** The time of the cloud until `leaveRealTime`; default: virtual from the start. */
  readonly clockBefore?: Pick<Clock, 'now'>;
}

export interface AnotherOptions {
  /** Another config; default: the same. */
  readonly policies?: string;
  readonly limits?: string;
  readonly owner?: string;
  readonly password?: string;
  /** It has no credential for these. */
  readonly lacks?: readonly Operation[];
  /** Enters the same project as an administrator. */
  readonly isAdministrator?: boolean;
  readonly catalog?: Catalog;
  /** Something between the use cases and the outside, a power cut say. */
  readonly wrap?: (outside: Outside) => Outside;
}

/** Everything that a process talks to. */
export interface Outside {
  readonly catalog: Catalog;
  readonly cloud: Cloud;
  readonly clock: Clock;
}

/** A deployment against an embedded cloud on a shared virtual clock, through real HTTP. */
export interface World {
  readonly clock: VirtualClock;
  readonly embedded: EmbeddedCloud;
  readonly control: CloudControl;
  readonly catalog: Catalog;
  readonly deps: Dependencies;
  readonly log: string[];
  /** Of every volume that was added here, gone ones too. */
  readonly volumeIds: string[];
  addVolume(volume?: AddVolume): string;
  run(waits?: boolean): Run;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
  /** From now on time is virtual; it goes on from where `clockBefore` is. */
  leaveRealTime(): Promise<void>;
  /** Every record of every volume that was added here: oldest slot first within a volume. */
  records(from?: Catalog): Promise<readonly BackupRecord[]>;
  /** Another process on the same cloud, and unless given the same catalog and config. */
  another(options?: AnotherOptions): Promise<Dependencies>;
  close(): Promise<void>;
}

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;

/** One policy as YAML; `parts` are its keys in flow style, beside or instead of the usual ones: hourly, one
 * chain, the newest three stay. */
export function policyText(name: string, parts: Readonly<Record<string, string>> = {}): string {
  const all = {
    cloud: 'prod',
    select: '{ volumes: { all: true } }',
    schedule: '{ cron: "0 * * * *", timezone: UTC }',
    full: '{ every: 1000 }',
    keep: '{ semantics: restic, last: 3 }',
    ...parts,
  };
  const lines = Object.entries(all).map(([key, value]) => `    ${key}: ${value}`);
  return [`  ${name}:`, ...lines].join('\n');
}

export async function openWorld(options: WorldOptions): Promise<World> {
  const clock = createVirtualClock(new Date(options.startAt ?? '2026-03-02T00:00:00Z'));
  let clockBefore = options.clockBefore;
  const embedded = await startEmbeddedCloud({
    ...options.cloud,
    clock: { now: () => (clockBefore ?? clock).now() },
  });
  const { control } = embedded;
  const catalog =
    typeof options.catalog === 'function'
      ? await options.catalog(clock)
      : (options.catalog ?? createMemoryCatalog());
  const log: string[] = [];
  const volumeIds: string[] = [];
  const closers: (() => Promise<void>)[] = [];
  const write = (message: string, fields?: object) => log.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const sink: Log = { info: write, warn: write };

  async function another(other: AnotherOptions = {}): Promise<Dependencies> {
    const { deployment } = parseConfig(configText({ ...options, ...other }), 'test.yaml');
    const opened = openCloud(embedded, clock, sink, other);
    closers.push(() => opened.close());
    const plain: Outside = { catalog: other.catalog ?? catalog, cloud: opened, clock };
    const outside = other.wrap?.(plain) ?? plain;
    return {
      deployment,
      clock: outside.clock,
      catalog: outside.catalog,
      openCloud: async () => outside.cloud,
      log: sink,
      askHook: createAskHook(clock),
      owner: other.owner ?? 'test',
      recordedSlots: new Map(),
      workingClouds: new Set(),
    };
  }

  function addVolume(volume: AddVolume = {}): string {
    const id = control.addVolume({ name: `vol-${volumeIds.length}`, ...volume });
    volumeIds.push(id);
    return id;
  }

  for (let count = 0; count < (options.volumes ?? 0); count += 1) addVolume();
  return {
    clock,
    embedded,
    control,
    catalog,
    deps: await another(),
    log,
    volumeIds,
    addVolume,
    run: (waits = true) => ({ startedAt: clock.now(), waits }),
    pass: (ms) => clock.sleep(ms),
    async leaveRealTime() {
      const behindMs = (clockBefore ?? clock).now().getTime() - clock.now().getTime();
      clockBefore = undefined;
      await clock.sleep(behindMs);
    },
    async records(from = catalog) {
      const lists = await Promise.all(volumeIds.map((id) => from.listVolumeRecords('prod', id)));
      return lists.flat();
    },
    another,
    async close() {
      for (const close of closers.splice(0)) await close();
      await embedded.close();
    },
  };
}

export function configText({ policies, limits }: Pick<WorldOptions, 'policies' | 'limits'>): string {
  const bounds = limits ?? '{ inFlight: 8, requestsPerSecond: 1000 }';
  const clouds = `clouds:\n  prod: { auth: env, limits: ${bounds} }`;
  return `version: 1\ndeployment: acme\n${clouds}\npolicies:\n${policies}\n`;
}

function openCloud(
  embedded: EmbeddedCloud,
  clock: VirtualClock,
  log: Log,
  { password: otherPassword, isAdministrator, lacks = [] }: AnotherOptions,
): Cloud {
  const login = isAdministrator === true ? embedded.admin : embedded.credentials;
  const { username, password, projectName, userDomainName, projectDomainName } = login;
  const credentials: CloudCredentials = {
    type: 'password',
    authUrl: embedded.authUrl,
    user: { name: username, domain: { name: userDomainName } },
    password: otherPassword ?? password,
    project: { name: projectName, domain: { name: projectDomainName } },
  };
  const read = createCredentialsSource(async () => credentials);
  const own = OPERATIONS.filter((operation) => !lacks.includes(operation));
  return createCinderCloud({
    name: 'prod',
    credentials: { read, ...Object.fromEntries(own.map((operation) => [operation, read])) },
    requestsPerSecond: 'unlimited',
    clock,
    random: () => 0.5,
    log,
    onPending: clock.onPending,
  });
}
