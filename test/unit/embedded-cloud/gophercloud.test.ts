import { describe, expect, it } from 'vitest';
import { newBlockStorageV3 } from '../../support/gophercloud.ts';
import { aCloud } from './a-cloud.ts';

describe('gophercloud', () => {
  it.each([
    ['with its version', (authUrl: string) => authUrl],
    ['without its version', (authUrl: string) => authUrl.replace(/\/v3$/, '')],
  ])(
    'finds Block Storage v3 by the address of Keystone %s, and reads lists page by page',
    async (_how, addressOf) => {
      const cloud = await aCloud();
      const {
        applicationCredentialId: id,
        applicationCredentialSecret: secret,
        projectId,
      } = cloud.credentials;
      const storage = await newBlockStorageV3({
        identityEndpoint: addressOf(cloud.authUrl),
        auth: { identity: { methods: ['application_credential'], application_credential: { id, secret } } },
        region: 'RegionOne',
        availability: 'public',
      });
      expect(storage.endpoint).toBe(`${cloud.cinderUrl}/${projectId}/`);
      const volumeId = cloud.control.addVolume();
      for (const name of ['one', 'two', 'three']) await cloud.backUp(volumeId, { name });
      const pages = await storage.pages('backups/detail?limit=2', '3.43');
      const names = pages.map(({ backups }) => (backups as { name: string }[]).map(({ name }) => name));
      expect(names).toEqual([['three', 'two'], ['one']]);
    },
  );
});
