import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  hashVolumeId,
  markerDescription,
  markerMetadata,
  markerName,
  parseMarkerDescription,
  parseMarkerMetadata,
  parseMarkerName,
  readMarker,
} from '../../../lambdas/domain/marker.ts';
import { slotText } from '../../../lambdas/domain/slot.ts';

const VOLUME = '8ddb28b9-6294-491a-ad13-1f68f0fa2282';
const SLOT = new Date('2026-11-23T03:30:00Z');
const parts = { deployment: 'acme', policy: 'nightly', slotAt: SLOT, attempt: 1, volumeId: VOLUME };
const own = { name: markerName(parts), description: '', metadata: markerMetadata(parts), volumeId: VOLUME };

const deployments = fc.stringMatching(/^[a-z0-9_]{1,32}$/);
const policies = fc.stringMatching(/^[a-z0-9][a-z0-9_.-]{0,47}$/);
const slots = fc
  .date({ min: new Date('2000-01-01T00:00:00Z'), max: new Date('2100-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => new Date(Math.floor(date.getTime() / 1000) * 1000));
const attempts = fc.integer({ min: 1, max: 999_999 });

describe('marker names', () => {
  it('say deployment, policy, slot, attempt and volume', () => {
    expect(markerName(parts)).toBe('ck-acme-nightly-20261123T033000Z-1-11ba9c4e634569d9');
  });

  it('read back as they were written, whatever hyphens the policy has, and fit into Cinder', () => {
    fc.assert(
      fc.property(
        deployments,
        policies,
        slots,
        attempts,
        fc.uuid(),
        (deployment, policy, slotAt, attempt, volumeId) => {
          const name = markerName({ deployment, policy, slotAt, attempt, volumeId });
          const volumeHash = hashVolumeId(volumeId);
          expect(parseMarkerName(name)).toEqual({ deployment, policy, slotAt, attempt, volumeHash });
          expect(parseMarkerName(name, deployment)).toBeDefined();
          expect(parseMarkerName(name, `${deployment}_`)).toBeUndefined();
          expect(name.length).toBeLessThanOrEqual(255);
        },
      ),
    );
  });

  it('are read from both ends when a policy is called like the rest of a name', () => {
    const policy = 'a-20261123t033000z-1-11ba9c4e634569d9';
    expect(parseMarkerName(markerName({ ...parts, policy }))).toMatchObject({
      deployment: 'acme',
      policy,
      attempt: 1,
    });
  });

  it('are never read from foreign text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseMarkerName(text)).toBeUndefined();
      }),
    );
  });

  it('are read from no text but the one that would be written', () => {
    const position = fc.nat({ max: own.name.length - 1 });
    const character = fc.constantFrom(...'-_.;0159aefTZz \n');
    fc.assert(
      fc.property(position, character, (index, replacement) => {
        const text = own.name.slice(0, index) + replacement + own.name.slice(index + 1);
        const found = parseMarkerName(text);
        if (found === undefined) return;
        const { deployment, policy, slotAt, attempt, volumeHash } = found;
        expect(text).toBe(`ck-${deployment}-${policy}-${slotText(slotAt)}-${attempt}-${volumeHash}`);
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['a prefix', `x${own.name}`],
    ['a suffix', `${own.name}0`],
    ['a line break', `${own.name}\n`],
    ['another prefix', own.name.replace('ck-', 'CK-')],
    ['no such date', own.name.replace('20261123', '20261131')],
    ['attempt 0', own.name.replace('Z-1-', 'Z-0-')],
    ['an attempt with leading zeros', own.name.replace('Z-1-', 'Z-01-')],
    ['no policy', own.name.replace('-nightly', '')],
    ['a capital in the deployment', own.name.replace('acme', 'Acme')],
  ])('are not read with %s', (_case, name) => {
    expect(parseMarkerName(name)).toBeUndefined();
  });

  it.each([
    ['a hyphen in the deployment', { deployment: 'ac-me' }],
    ['an empty deployment', { deployment: '' }],
    ['a policy in capitals', { policy: 'Nightly' }],
    ['attempt 0', { attempt: 0 }],
    ['half a second in the slot', { slotAt: new Date('2026-11-23T03:30:00.500Z') }],
  ])('are not made with %s: the backup would not be ours', (_case, change) => {
    expect(() => markerName({ ...parts, ...change })).toThrow(RangeError);
  });
});

describe('the hash of a volume id is FNV-1a of 64 bits', () => {
  // Test vectors of the FNV authors (draft-eastlake-fnv).
  it.each([
    ['', 'cbf29ce484222325'],
    ['a', 'af63dc4c8601ec8c'],
    ['foobar', '85944171f73967e8'],
  ])('"%s"', (text, expected) => {
    expect(hashVolumeId(text)).toBe(expected);
  });
});

describe('markers in metadata and description', () => {
  it('are one line of text', () => {
    expect(markerMetadata(parts)).toEqual({ cinderkeep: 'v1;acme;nightly;20261123T033000Z;' });
    expect(markerDescription(parts)).toBe('cinderkeep=v1;acme;nightly;20261123T033000Z;');
  });

  const reasons = fc.oneof(
    // Of these there is room for seven, percent-encoded, beside the longest of everything else.
    fc.string({ unit: 'binary', maxLength: 7 }),
    fc.constantFrom('a;b,c%d', 'line\nbreak', '💾'),
  );
  const pins = fc.record(
    { reason: reasons, by: fc.stringMatching(/^[a-z;,%]{1,12}$/), until: slots },
    { requiredKeys: ['reason'] },
  );

  it('read back as they were written, pin and all', () => {
    fc.assert(
      fc.property(
        deployments,
        policies,
        slots,
        fc.option(pins, { nil: undefined }),
        (deployment, policy, slotAt, pin) => {
          const marker = { deployment, policy, slotAt, ...(pin && { pin }) };
          expect(parseMarkerMetadata(markerMetadata(marker))).toEqual(marker);
          expect(parseMarkerDescription(markerDescription(marker))).toEqual(marker);
        },
      ),
    );
  });

  it('fit into Cinder however long the reason is', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 600 }),
        fc.string({ maxLength: 200 }),
        (reason, by) => {
          const marker = {
            ...parts,
            policy: 'p'.repeat(48),
            deployment: 'd'.repeat(32),
            pin: { reason, by, until: SLOT },
          };
          const text = markerDescription(marker);
          expect(text.length).toBeLessThanOrEqual(255);
          expect(parseMarkerDescription(text)).toMatchObject({
            deployment: marker.deployment,
            pin: { until: SLOT },
          });
        },
      ),
    );
  });

  it('take a pin written by hand for a pin', () => {
    const metadata = {
      cinderkeep: 'v1;acme;nightly;20261123T033000Z;keep, 100% needed, until the audit, ok',
    };
    expect(parseMarkerMetadata(metadata)?.pin).toEqual({ reason: 'keep, 100% needed, until the audit, ok' });
  });

  it('are never read from foreign text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(parseMarkerMetadata({ cinderkeep: text })).toBeUndefined();
        expect(parseMarkerDescription(text)).toBeUndefined();
      }),
    );
    expect(parseMarkerMetadata({ cinderkeep: 'v2;acme;nightly;20261123T033000Z;' })).toBeUndefined();
    expect(parseMarkerMetadata({})).toBeUndefined();
  });
});

describe('a backup is ours', () => {
  const { metadata: _none, ...nameOnly } = own;
  const marker = { deployment: 'acme', policy: 'nightly', slotAt: SLOT };
  it.each([
    ['by name and metadata', own, { ...marker, attempt: 1 }],
    ['by name alone', nameOnly, { ...marker, attempt: 1 }],
    [
      'by name, with metadata of other people',
      { ...own, metadata: { tier: 'gold' } },
      { ...marker, attempt: 1 },
    ],
    ['by metadata alone, after it was renamed', { ...own, name: 'keep me' }, marker],
    ['by description alone', { ...nameOnly, name: '', description: markerDescription(parts) }, marker],
    [
      'with its pin',
      { ...own, metadata: markerMetadata({ ...parts, pin: { reason: 'audit' } }) },
      { ...marker, attempt: 1, pin: { reason: 'audit' } },
    ],
  ])('%s', (_rule, backup, expected) => {
    expect(readMarker(backup, 'acme')).toEqual(expected);
  });
});

describe('a backup is foreign, and so never deleted', () => {
  const other = { ...parts, deployment: 'other' };
  it.each([
    ['without a marker', { ...own, name: 'my backup', metadata: {} }],
    [
      'with the marker of another deployment',
      { ...own, name: markerName(other), metadata: markerMetadata(other) },
    ],
    ['when the metadata names another deployment than the name', { ...own, metadata: markerMetadata(other) }],
    ['when the name names another deployment than the metadata', { ...own, name: markerName(other) }],
    ['when they name two policies', { ...own, metadata: markerMetadata({ ...parts, policy: 'weekly' }) }],
    [
      'when they name two slots',
      { ...own, metadata: markerMetadata({ ...parts, slotAt: new Date('2026-11-24T03:30:00Z') }) },
    ],
    ['when the description contradicts', { ...own, description: markerDescription(other) }],
    ['when its metadata cannot be read', { ...own, metadata: { cinderkeep: 'hands off' } }],
    ['when its marker is of a later version', { ...own, metadata: { cinderkeep: 'v2;acme;nightly;x' } }],
    ['when its description cannot be read', { ...own, description: 'cinderkeep=hands off' }],
    ['when its name is for another volume', { ...own, volumeId: '46bc0983-f1bc-4c8d-a492-b763405b9896' }],
  ])('%s', (_rule, backup) => {
    expect(readMarker(backup, 'acme')).toBeUndefined();
  });
});
