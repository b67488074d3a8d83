import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Backup } from '../../../lambdas/domain/backup.ts';
import {
  type Marker,
  markerDescription,
  markerMetadata,
  markerName,
  readMarker,
  readPin,
} from '../../../lambdas/domain/marker.ts';
import { changePin } from '../../../lambdas/domain/marker-pin.ts';
import { aBackup } from '../../support/backups.ts';

const SLOT = { deployment: 'acme', policy: 'nightly', slotAt: new Date('2026-11-23T02:30:00Z') };
const MARKER: Marker = { ...SLOT, attempt: 1 };
const PIN = { reason: 'audit; 2026', by: 'ada' };
const NEW = { hasBackupMetadata: true };
const OLD = { hasBackupMetadata: false };

const named = (parts: Partial<Backup>) =>
  aBackup({ name: markerName({ ...SLOT, attempt: 1, volumeId: 'volume-1' }), ...parts });
const inMetadata = (more = {}) => named({ metadata: { ...more, ...markerMetadata(SLOT) } });
const inDescription = () => named({ description: markerDescription(SLOT) });

describe('the pin in a marker', () => {
  it('goes to the metadata, and what others wrote there stays', () => {
    const backup = inMetadata({ owner: 'ops', tier: 'daily' });
    expect(changePin(backup, MARKER, PIN, NEW)).toEqual({
      metadata: { owner: 'ops', tier: 'daily', ...markerMetadata({ ...SLOT, pin: PIN }) },
    });
  });

  it('goes to the description of a backup whose marker is there, whatever the cloud speaks by now', () => {
    for (const cloud of [OLD, NEW]) {
      expect(changePin(inDescription(), MARKER, PIN, cloud)).toEqual({
        description: markerDescription({ ...SLOT, pin: PIN }),
      });
    }
  });

  it('goes to both where both have a marker, as one alone would go on saying the former', () => {
    const backup = { ...inDescription(), ...markerParts() };
    const pinned = { ...backup, ...changePin(backup, MARKER, PIN, NEW) };
    expect(readMarker(pinned, 'acme')?.pin).toEqual(PIN);
    const unpinned = { ...pinned, ...changePin(pinned, MARKER, undefined, NEW) };
    expect(readMarker(unpinned, 'acme')).toEqual(MARKER);
    function markerParts() {
      return { metadata: { ...markerMetadata(SLOT) } };
    }
  });

  it.each([
    [
      'metadata, where a backup has only its name left',
      named({ description: 'mine' }),
      NEW,
      { metadata: markerMetadata({ ...SLOT, pin: PIN }) },
    ],
    [
      'the description, where there is no metadata',
      named({}),
      OLD,
      { description: markerDescription({ ...SLOT, pin: PIN }) },
    ],
    ['nowhere, where someone uses the description', named({ description: 'mine' }), OLD, undefined],
  ])('goes to %s', (_where, backup, cloud, expected) => {
    expect(changePin(backup, MARKER, PIN, cloud)).toEqual(expected);
  });

  it('needs no change where it is said already, or where there is none to take away', () => {
    const pinned = inMetadata(markerMetadata({ ...SLOT, pin: PIN }));
    expect(
      changePin({ ...pinned, metadata: markerMetadata({ ...SLOT, pin: PIN }) }, MARKER, PIN, NEW),
    ).toEqual({});
    expect(changePin(inMetadata(), MARKER, undefined, NEW)).toEqual({});
    expect(changePin(named({ description: 'mine' }), MARKER, undefined, OLD)).toEqual({});
  });

  it('is read back, and taking it away leaves the backup as it was', () => {
    const roomLength = 255 - markerDescription({ ...SLOT, pin: { reason: '' } }).length;
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
      .filter((reason) => encodeURIComponent(reason).length <= roomLength);
    fc.assert(
      fc.property(
        fc.constantFrom(inMetadata({ a: 'b' }), inDescription()),
        fc.constantFrom(OLD, NEW),
        text,
        (backup, cloud, reason) => {
          const pinned = { ...backup, ...changePin(backup, MARKER, { reason }, cloud) };
          expect(readMarker(pinned, 'acme')?.pin).toEqual({ reason });
          expect(readPin(pinned)).toEqual({ reason });
          expect({ ...pinned, ...changePin(pinned, MARKER, undefined, cloud) }).toEqual(backup);
        },
      ),
    );
  });

  it('is read back as far as there is room for it, of a reason of few letters that take much', () => {
    // A note of music is one letter to the eye, and three of twelve characters each in the marker.
    const reason = '𝅘𝅥𝅮'.repeat(20);
    for (const backup of [inMetadata(), inDescription()]) {
      const pinned = { ...backup, ...changePin(backup, MARKER, { reason }, NEW) };
      const read = readPin(pinned)?.reason ?? '';
      expect([...read]).toHaveLength(17);
      expect(reason.startsWith(read)).toBe(true);
      expect({ ...pinned, ...changePin(pinned, MARKER, undefined, NEW) }).toEqual(backup);
    }
  });
});
