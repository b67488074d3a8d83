import type { KeystoneAnswer } from './call.ts';

const version = (origin: string) => ({
  id: 'v3.14',
  status: 'stable',
  updated: '2020-04-07T00:00:00Z',
  links: [{ rel: 'self', href: `${origin}/identity/v3/` }],
  'media-types': [{ base: 'application/json', type: 'application/vnd.openstack.identity-v3+json' }],
});

/** What the root of Keystone answers: by it clients find their way when they are told no version. */
export function describeKeystoneVersions(origin: string): KeystoneAnswer {
  const headers = { Location: `${origin}/identity/v3/` };
  return { status: 300, headers, body: { versions: { values: [version(origin)] } } };
}

export function describeKeystone(origin: string): KeystoneAnswer {
  return { status: 200, body: { version: version(origin) } };
}
