/** When the newest microversion of each release came (cinder/api/openstack and views/versions.py). */
const UPDATED = '2022-08-31T00:00:00Z';

/** The version list, which `GET /` answers with 300 and `GET /v3/` with 200; observed on Cinder 21.3.1 (Zed). */
export function describeVersions(origin: string, maxMinor: number): unknown {
  return {
    versions: [
      {
        id: 'v3.0',
        status: 'CURRENT',
        version: `3.${maxMinor}`,
        min_version: '3.0',
        updated: UPDATED,
        links: [
          { rel: 'describedby', type: 'text/html', href: 'https://docs.openstack.org/' },
          { rel: 'self', href: `${origin}/v3/` },
        ],
        'media-types': [
          { base: 'application/json', type: 'application/vnd.openstack.volume+json;version=3' },
        ],
      },
    ],
  };
}

/** The version list is answered as at 3.0, whatever version is asked for. */
export function discoveryHeaders(requestId: string): Record<string, string> {
  return {
    'X-Compute-Request-Id': requestId,
    'X-Openstack-Request-Id': requestId,
    'Openstack-Api-Version': 'volume 3.0',
    Vary: 'OpenStack-API-Version',
  };
}
