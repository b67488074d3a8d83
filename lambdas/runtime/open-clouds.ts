import type { CloudSettings } from '../../config/config.ts';
import type { CinderCloud } from '../adapters/cinder/cinder-cloud.ts';
import type { ExchangeEvent } from '../adapters/cinder/exchange.ts';
import type { Clock, Cloud, Log } from '../app/ports.ts';
import type { ResolvedCloud } from './resolve-operations.ts';

/** How a cloud is reached, wherever its credential is. */
type Reach = Omit<CloudSettings, 'auth' | 'ca'>;

export interface CloudsOptions<Settings extends Reach> {
  readonly clouds: ReadonlyMap<string, Settings>;
  /** Finds the credentials of a cloud, and the certificates by which it is known. */
  readonly resolve: (cloud: Settings) => Promise<ResolvedCloud>;
  readonly clock: Clock;
  readonly log: Log;
  readonly onExchange?: (event: ExchangeEvent) => void;
  readonly onPending?: (change: 1 | -1) => void;
}

export interface OpenClouds {
  /** Opens a cloud of the config, each once. @throws what `resolve` throws. */
  open(name: string): Promise<Cloud>;
  close(): Promise<void>;
  /** Fails every exchange that is under way for this reason, and every later one. */
  abort(reason: string): void;
}

/** The clouds of a config, opened when they are first needed. */
export function createOpenClouds<Settings extends Reach>(options: CloudsOptions<Settings>): OpenClouds {
  const opened = new Map<string, Promise<CinderCloud>>();
  return {
    open(name) {
      let cloud = opened.get(name);
      if (cloud === undefined) {
        cloud = openCloud(name, options);
        opened.set(name, cloud);
        // A failed opening must not stay: the credentials may be there the next time.
        cloud.catch(() => opened.delete(name));
      }
      return cloud;
    },
    async close() {
      for (const cloud of opened.values()) await (await cloud.catch(() => undefined))?.close();
    },
    abort(reason) {
      for (const cloud of opened.values()) {
        cloud.then(
          (open) => open.abort(reason),
          () => {},
        );
      }
    },
  };
}

async function openCloud<Settings extends Reach>(
  name: string,
  options: CloudsOptions<Settings>,
): Promise<CinderCloud> {
  const settings = options.clouds.get(name);
  if (settings === undefined) throw new Error(`cloud ${name} is not in the config`);
  // Loaded only now: most runs of a function find nothing to do, and need no HTTP client for it.
  const [resolved, { createCinderCloud }] = await Promise.all([
    options.resolve(settings),
    import('../adapters/cinder/cinder-cloud.ts'),
  ]);
  return createCinderCloud({
    name,
    credentials: resolved.credentials,
    region: settings.region ?? resolved.region,
    interface: settings.interface ?? resolved.interface,
    ca: resolved.ca,
    proxyUrl: settings.proxy,
    requestsPerSecond: settings.limits.requestsPerSecond,
    clock: options.clock,
    random: Math.random,
    log: options.log,
    onExchange: options.onExchange,
    onPending: options.onPending,
  });
}
