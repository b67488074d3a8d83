/**
 * The way in which gophercloud finds a cloud, request for request, for tests that must not need Go.
 *
 * @see gophercloud v2.15.0: openstack/client.go v3auth, openstack/utils/choose_version.go ChooseVersion,
 *   openstack/endpoint.go V3Endpoint and endpointSupportsVersion, openstack/utils/discovery.go GetServiceVersions
 */
export interface GophercloudOptions {
  /** With the version or without it. */
  readonly identityEndpoint: string;
  readonly auth: object;
  readonly region: string;
  readonly availability: 'public' | 'internal' | 'admin';
}

export interface ServiceClient {
  /** Ends in a slash. */
  readonly endpoint: string;
  readonly token: string;
  /** The bodies of all pages of a list, found by its links. */
  pages(path: string, microversion: string): Promise<Readonly<Record<string, unknown>>[]>;
}

interface Version {
  readonly id: string;
  readonly status: string;
  readonly links?: readonly { readonly rel: string; readonly href: string }[];
}

interface CatalogEntry {
  readonly type: string;
  readonly endpoints: readonly {
    readonly interface: string;
    readonly region: string;
    readonly url: string;
  }[];
}

/** Of `block-storage`, as the Service Types Authority lists them. */
const TYPES = ['block-storage', 'block-store', 'volume', 'volumev2', 'volumev3'];

/** A client of Block Storage v3. @throws as soon as an answer is not what gophercloud reads. */
export async function newBlockStorageV3(options: GophercloudOptions): Promise<ServiceClient> {
  const identity = await chooseIdentity(options.identityEndpoint);
  const response = await fetch(`${identity}auth/tokens`, {
    method: 'POST',
    headers: { accept: 'application/json', 'content-type': 'application/json' },
    body: JSON.stringify({ auth: options.auth }),
  });
  if (response.status !== 201) throw new Error(`${identity}auth/tokens: ${response.status}`);
  const token = response.headers.get('x-subject-token') ?? '';
  const catalog: readonly CatalogEntry[] = JSON.parse(await response.text()).token.catalog;
  const endpoint = await findEndpoint(catalog, options, token);
  return { endpoint, token, pages: (path, microversion) => readPages(endpoint, path, token, microversion) };
}

const normalize = (url: string): string => (url.endsWith('/') ? url : `${url}/`);

async function chooseIdentity(endpoint: string): Promise<string> {
  const asked = normalize(endpoint);
  if (asked.endsWith('/v3/')) return asked;
  const { values } = (await getJson(asked, [200, 300])).versions as { readonly values: readonly Version[] };
  const good = values.find(
    ({ id, status }) =>
      id.includes('v3') && ['current', 'supported', 'stable'].includes(status.toLowerCase()),
  );
  const self = good?.links?.find(({ rel }) => rel === 'self')?.href;
  if (self === undefined) throw new Error(`no supported version available from endpoint ${asked}`);
  return normalize(self);
}

async function findEndpoint(
  catalog: readonly CatalogEntry[],
  { region, availability }: GophercloudOptions,
  token: string,
): Promise<string> {
  for (const { type, endpoints } of catalog.filter((entry) => TYPES.includes(entry.type))) {
    const impliedVersion = /v(\d)$/.exec(type)?.[1] ?? '3';
    for (const endpoint of endpoints) {
      if (endpoint.interface !== availability || endpoint.region !== region || impliedVersion !== '3')
        continue;
      if (await supportsVersion3(endpoint.url, token)) return normalize(endpoint.url);
    }
  }
  throw new Error('No suitable endpoint could be found in the service catalog.');
}

async function supportsVersion3(url: string, token: string): Promise<boolean> {
  const base = /^.*\/v\d+(\.\d+)?\//.exec(normalize(url))?.[0];
  if (base === undefined) throw new Error(`expected path with version, got: ${url}`);
  const { versions } = await getJson(base, [200, 300], { 'x-auth-token': token });
  return (versions as readonly Version[]).some(({ id }) => /^v3(\.|$)/.test(id));
}

async function readPages(endpoint: string, path: string, token: string, microversion: string) {
  const headers = { 'x-auth-token': token, 'openstack-api-version': `volume ${microversion}` };
  const pages: Record<string, unknown>[] = [];
  for (let url: string | undefined = endpoint + path; url !== undefined; ) {
    const page = await getJson(url, [200, 204, 300], headers);
    pages.push(page);
    const links = Object.entries(page).find(([key]) => key.endsWith('_links'))?.[1] as Version['links'];
    url = links?.find(({ rel }) => rel === 'next')?.href;
  }
  return pages;
}

async function getJson(
  url: string,
  accepted: readonly number[],
  headers = {},
): Promise<Record<string, unknown>> {
  const response = await fetch(url, {
    headers: { accept: 'application/json', ...headers },
    redirect: 'manual',
  });
  const text = await response.text();
  if (accepted.includes(response.status)) return JSON.parse(text);
  throw new Error(
    `Expected HTTP response code ${accepted} when accessing ${url}, but got ${response.status}: ${text}`,
  );
}
