import { describe, expect, it } from 'vitest';
import type { EndpointInterface } from '../../../../lambdas/adapters/cinder/credentials.ts';
import type { CatalogEndpoint, Token } from '../../../../lambdas/adapters/cinder/keystone.ts';
import { chooseEndpoint, parseEndpoint } from '../../../../lambdas/adapters/cinder/service-endpoint.ts';

/** `volumev3 RegionOne public https://…` */
function endpoints(...lines: readonly string[]): CatalogEndpoint[] {
  return lines.map((line) => {
    const [serviceType = '', region = '', face = '', url = ''] = line.split(' ');
    return { serviceType, region, interface: face, url };
  });
}

function choose(lines: readonly string[], wish: { region?: string; interface?: EndpointInterface } = {}) {
  const token = {
    id: 't',
    projectId: 'p1',
    grants: { roles: [], isUnrestricted: false },
    endpoints: endpoints(...lines),
    issuedAt: new Date(0),
    expiresAt: new Date(0),
  };
  return chooseEndpoint(token satisfies Token, { interface: 'public', ...wish });
}

describe('the endpoint of the catalog', () => {
  it.each([
    [
      'with version and project',
      'http://c:8776/v3/p1',
      { origin: 'http://c:8776', rootPath: '', basePath: '/v3/p1' },
    ],
    [
      'with slashes at its end',
      'http://c:8776/v3/p1//',
      { origin: 'http://c:8776', rootPath: '', basePath: '/v3/p1' },
    ],
    ['without a project', 'http://c:8776/v3/', { origin: 'http://c:8776', rootPath: '', basePath: '/v3/p1' }],
    ['without a version', 'http://c:8776', { origin: 'http://c:8776', rootPath: '', basePath: '/v3/p1' }],
    [
      'below a path',
      'https://c/volume/v3/p1',
      { origin: 'https://c', rootPath: '/volume', basePath: '/volume/v3/p1' },
    ],
    [
      'below a path, without a version',
      'https://c/volume/',
      { origin: 'https://c', rootPath: '/volume', basePath: '/volume/v3/p1' },
    ],
    [
      'with a project of its own',
      'https://c/v3/AUTH_p1',
      { origin: 'https://c', rootPath: '', basePath: '/v3/AUTH_p1' },
    ],
  ])('is understood %s', (_name, url, expected) => {
    expect(parseEndpoint(url, 'p1')).toEqual(expected);
  });

  it.each(['block-storage', 'block-store', 'volumev3', 'volume'])('is found under the type %s', (type) => {
    expect(choose(['compute R public http://n/v2.1', `${type} R public http://c/v3/p1`]).origin).toBe(
      'http://c',
    );
  });

  it('of the newest type wins', () => {
    expect(
      choose(['volumev3 R public http://old/v3/p1', 'block-storage R public http://new/v3/p1']).origin,
    ).toBe('http://new');
  });

  it('of a version that is gone is passed over', () => {
    expect(choose(['volume R public http://c/v1/p1', 'volumev3 R public http://c/v3/p1']).basePath).toBe(
      '/v3/p1',
    );
  });

  it('is that of the region and the interface asked for', () => {
    const lines = [
      'volumev3 A public http://ap/',
      'volumev3 B public http://bp/',
      'volumev3 B internal http://bi/',
      'volumev3 B adminURL http://ba/',
    ];
    expect(choose(lines, { region: 'B' }).origin).toBe('http://bp');
    expect(choose(lines, { region: 'B', interface: 'internal' }).origin).toBe('http://bi');
    expect(choose(lines, { interface: 'admin' }).origin).toBe('http://ba');
  });

  it.each([
    [{}, 'the cloud has block storage in several regions, name one of: A, B'],
    [
      { region: 'C' },
      'the catalog has no public block storage endpoint in region "C"; it has: internal in "B", public in "A", public in "B"',
    ],
    [
      { region: 'A', interface: 'admin' as const },
      'the catalog has no admin block storage endpoint in region "A"; it has:',
    ],
  ])('is missing for %j with an error that lists what there is', (wish, message) => {
    const lines = [
      'volumev3 A public http://ap/',
      'volumev3 B public http://bp/',
      'volumev3 B internal http://bi/',
    ];
    expect(() => choose(lines, wish)).toThrow(message);
  });

  it('is missing in a cloud without block storage', () => {
    expect(() => choose(['compute R public http://n/', 'image R public http://g/'])).toThrow(
      'the catalog has no public block storage endpoint; its services are: compute, image',
    );
    expect(() => choose([])).toThrow('its services are: none');
  });

  it('that is no URL is an error', () => {
    expect(() => choose(['volumev3 R public cinder'])).toThrow("the catalog's endpoint cinder is not a URL");
  });
});
