import type { EndpointInterface } from './credentials.ts';
import { CredentialsError } from './credentials-error.ts';
import { CinderProtocolError } from './errors.ts';
import type { CatalogEndpoint, Token } from './keystone.ts';

/** Where Cinder is, for one project. */
export interface ServiceEndpoint {
  readonly origin: string;
  /** What precedes `/v3`: empty, or such as `/volume`. */
  readonly rootPath: string;
  /** `<root>/v3/<project>`, no slash at its end. */
  readonly basePath: string;
}

/**
 * Cinder's types in catalogs, best first; the old ones may stand for a version that is no longer spoken, which the URL tells.
 *
 * @see os_service_types/data/service-types.json block-storage
 */
export const SERVICE_TYPES: readonly string[] = ['block-storage', 'block-store', 'volumev3', 'volume'];

/**
 * The block storage endpoint of the wished region and interface.
 *
 * @throws {CredentialsError} none, or several regions and none wished; lists what there is.
 */
export function chooseEndpoint(
  token: Token,
  wish: { readonly region?: string | undefined; readonly interface: EndpointInterface },
): ServiceEndpoint {
  const offered = token.endpoints.filter(
    ({ serviceType, url }) => SERVICE_TYPES.includes(serviceType) && !/\/v[12](\/|$)/.test(url),
  );
  const fitting = offered.filter(
    (endpoint) =>
      endpoint.interface.replace(/URL$/, '') === wish.interface &&
      (wish.region === undefined || endpoint.region === wish.region),
  );
  const regions = new Set(fitting.map(({ region }) => region));
  if (regions.size > 1) {
    throw new CredentialsError(
      `the cloud has block storage in several regions, name one of: ${[...regions].sort().join(', ')}`,
    );
  }
  const [best] = fitting.sort(
    (a, b) => SERVICE_TYPES.indexOf(a.serviceType) - SERVICE_TYPES.indexOf(b.serviceType),
  );
  if (best === undefined) throw new CredentialsError(describeMissing(token.endpoints, offered, wish));
  return parseEndpoint(best.url, token.projectId);
}

/** A URL may lack the version or the project, and may end in slashes; a project in it is kept as it is. */
export function parseEndpoint(url: string, projectId: string): ServiceEndpoint {
  if (!URL.canParse(url))
    throw new CinderProtocolError(`the catalog's endpoint ${url.slice(0, 100)} is not a URL`);
  const { origin, pathname } = new URL(url);
  const path = pathname.replace(/\/+$/, '');
  const [, root, project] = /^(.*?)\/v3(?:\.\d+)?(?:\/([^/]+))?$/.exec(path) ?? [];
  const rootPath = root ?? path;
  return { origin, rootPath, basePath: `${rootPath}/v3/${project ?? projectId}` };
}

function describeMissing(
  all: readonly CatalogEndpoint[],
  offered: readonly CatalogEndpoint[],
  wish: { readonly region?: string | undefined; readonly interface: EndpointInterface },
): string {
  const wanted = `the catalog has no ${wish.interface} block storage endpoint${
    wish.region === undefined ? '' : ` in region "${wish.region}"`
  }`;
  if (offered.length > 0) {
    const list = offered.map(({ region, interface: face }) => `${face} in "${region}"`);
    return `${wanted}; it has: ${[...new Set(list)].sort().join(', ')}`;
  }
  const types = [...new Set(all.map(({ serviceType }) => serviceType))].sort();
  return `${wanted}; its services are: ${types.join(', ') || 'none'}`;
}
