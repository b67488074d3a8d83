import { describe, expect, it } from 'vitest';
import type { Selection } from '../../../lambdas/domain/policy.ts';
import { isEmptyCriteria, isSelected, selectVolumes } from '../../../lambdas/domain/selection.ts';
import type { Volume } from '../../../lambdas/domain/volume.ts';

function aVolume(parts: Partial<Volume> = {}): Volume {
  return {
    id: '8ddb28b9-6294-491a-ad13-1f68f0fa2282',
    name: 'orders-db',
    status: 'in-use',
    sizeGib: 10,
    volumeType: 'ssd',
    availabilityZone: 'nova',
    metadata: { backup: 'nightly', tier: 'gold' },
    serverIds: ['server-1', 'server-2'],
    createdAt: new Date('2026-01-01T00:00:00Z'),
    ...parts,
  };
}

describe('which volumes a policy is for', () => {
  it.each<[string, Selection, boolean]>([
    ['no criterion selects nothing, never all', { volumes: {} }, false],
    ['an empty list selects nothing', { volumes: { ids: [] } }, false],
    ['empty metadata selects nothing', { volumes: { metadata: {} } }, false],
    ['all selects it', { volumes: { all: true } }, true],
    ['all is and-ed like any criterion', { volumes: { all: true, names: ['web-*'] } }, false],
    ['by id', { volumes: { ids: ['x', '8ddb28b9-6294-491a-ad13-1f68f0fa2282'] } }, true],
    ['by name, one glob is enough', { volumes: { names: ['web-*', '*-db'] } }, true],
    ['names are case-sensitive', { volumes: { names: ['ORDERS-*'] } }, false],
    ['by metadata', { volumes: { metadata: { backup: 'nightly' } } }, true],
    [
      'all metadata named must be there',
      { volumes: { metadata: { backup: 'nightly', tier: 'silver' } } },
      false,
    ],
    ['inherited properties are not metadata', { volumes: { metadata: { constructor: 'Object' } } }, false],
    ['by availability zone', { volumes: { availabilityZones: ['nova'] } }, true],
    ['by volume type', { volumes: { volumeTypes: ['hdd'] } }, false],
    ['by any server it is attached to', { volumes: { servers: ['server-2', 'server-9'] } }, true],
    ['every criterion must match', { volumes: { names: ['*-db'], volumeTypes: ['hdd'] } }, false],
    ['a match in except excludes', { volumes: { all: true }, except: { names: ['orders-*'] } }, false],
    [
      'any one criterion of except excludes',
      { volumes: { all: true }, except: { names: ['web-*'], volumeTypes: ['ssd'] } },
      false,
    ],
    [
      'an except that does not match changes nothing',
      { volumes: { all: true }, except: { names: ['web-*'] } },
      true,
    ],
    ['an empty except excludes nothing', { volumes: { all: true }, except: {} }, true],
    [
      'metadata in except must be there as a whole',
      { volumes: { all: true }, except: { metadata: { backup: 'nightly', tier: 'silver' } } },
      true,
    ],
  ])('%s', (_rule, selection, expected) => {
    expect(isSelected(aVolume(), selection)).toBe(expected);
  });

  it('a volume without type or zone is not matched by one', () => {
    const { volumeType: _type, availabilityZone: _zone, ...bare } = aVolume();
    expect(isSelected(bare, { volumes: { volumeTypes: ['ssd'] } })).toBe(false);
    expect(isSelected(bare, { volumes: { availabilityZones: ['nova'] } })).toBe(false);
  });

  it('keeps the order of the volumes', () => {
    const volumes = ['c', 'a', 'b'].map((id) => aVolume({ id, name: id }));
    const selected = selectVolumes(volumes, { volumes: { all: true }, except: { ids: ['a'] } });
    expect(selected.map(({ id }) => id)).toEqual(['c', 'b']);
  });

  it('criteria are empty only if none is given', () => {
    expect(isEmptyCriteria({})).toBe(true);
    expect(isEmptyCriteria({ all: true })).toBe(false);
  });
});
