import { createHash } from 'node:crypto';

export const REGION = 'RegionOne';

/** The names that Cinder goes by in the catalog, and so in access rules. */
export const CINDER_TYPES = ['volumev3', 'block-storage'] as const;

/** The services of a token: Keystone, Cinder under both of its types, and what clients ask for beside them. */
export function serviceCatalog(origin: string, projectId: string): unknown[] {
  const cinder = `${origin}/v3/${projectId}`;
  return [
    service('identity', 'keystone', `${origin}/identity/v3/`),
    service('volumev3', 'cinderv3', cinder),
    service('block-storage', 'cinder', cinder),
    service('compute', 'nova', `${origin}/compute/v2.1`),
    service('image', 'glance', `${origin}/image`),
  ];
}

function service(type: string, name: string, url: string): unknown {
  return {
    endpoints: ['public', 'internal', 'admin'].map((face) => ({
      id: hexDigest(`${type} ${face}`),
      interface: face,
      region_id: REGION,
      url,
      region: REGION,
    })),
    id: hexDigest(type),
    type,
    name,
  };
}

const hexDigest = (text: string): string => createHash('md5').update(text).digest('hex');
