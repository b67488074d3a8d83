import { type Script, type Stage, UNKNOWN } from '../script.ts';

/** What `POST /backups` refuses by its body alone, and what it takes though it looks odd. */
export const createRefusals: Script = {
  name: 'create-refusals',
  async play(stage) {
    const volume = await stage.volume('v', { empty: true });
    await refuseBodies(stage, volume);
    await takeContainers(stage, volume);
    await takeOddities(stage, volume);
  },
};

async function refuseBodies(stage: Stage, volume_id: string): Promise<void> {
  const long = 'n'.repeat(256);
  const refusals: readonly (readonly [name: string, body: unknown, version?: string])[] = [
    ['incremental without a parent', { backup: { volume_id, incremental: true } }],
    ['no volume_id', { backup: { name: 'x' } }],
    ['volume_id not a uuid', { backup: { volume_id: 'abc' } }],
    [
      'volume_id uppercase, unhyphenated',
      { backup: { volume_id: UNKNOWN.replaceAll('-', '').toUpperCase() } },
    ],
    ['volume_id null', { backup: { volume_id: null } }],
    ['volume_id a number', { backup: { volume_id: 5 } }],
    ['unknown volume', { backup: { volume_id: UNKNOWN } }],
    ['no backup key', { volume_id }],
    ['backup null', { backup: null }],
    ['backup a list', { backup: [] }],
    ['a list', []],
    ['two keys', { backup: { volume_id }, restore: {} }],
    ['not JSON', '{'],
    ['additional property', { backup: { volume_id, foo: 1 } }],
    ['two additional properties', { backup: { volume_id, foo: 1, bar: "it's" } }],
    ['metadata before 3.43', { backup: { volume_id, metadata: {} } }, '3.42'],
    ['metadata value not a string', { backup: { volume_id, metadata: { a: 1 } } }, '3.43'],
    ['metadata key too long', { backup: { volume_id, metadata: { ['k'.repeat(256)]: 'a' } } }, '3.43'],
    ['metadata value too long', { backup: { volume_id, metadata: { k: 'a'.repeat(256) } } }, '3.43'],
    ['metadata key empty', { backup: { volume_id, metadata: { '': 'a' } } }, '3.43'],
    ['metadata a list', { backup: { volume_id, metadata: [] } }, '3.43'],
    ['availability_zone before 3.51', { backup: { volume_id, availability_zone: 'nova' } }, '3.50'],
    ['incremental not a boolean', { backup: { volume_id, incremental: 'perhaps' } }],
    ['force a number', { backup: { volume_id, force: 1 } }],
    ['name too long', { backup: { volume_id, name: long } }],
    ['name a number', { backup: { volume_id, name: 5 } }],
    ['description too long', { backup: { volume_id, description: long } }],
    ['container too long', { backup: { volume_id, container: long } }],
    ['unknown snapshot', { backup: { volume_id, snapshot_id: UNKNOWN } }],
    ['snapshot not a uuid', { backup: { volume_id, snapshot_id: 'nope' } }],
  ];
  for (const [name, body, version] of refusals) {
    await stage.ask(name, 'POST', '/backups', { body, ...(version === undefined ? {} : { version }) });
  }
  await stage.ask('empty body', 'POST', '/backups', { body: '' });
  const headers = { 'content-type': 'text/plain' };
  await stage.ask('not called JSON', 'POST', '/backups', { body: '{}', headers });
}

async function takeContainers(stage: Stage, volume_id: string): Promise<void> {
  for (const [name, container] of [
    ['with a slash', 'a/b'],
    ['empty', ''],
  ] as const) {
    await take(stage, `container ${name}`, { volume_id, container });
  }
}

async function takeOddities(stage: Stage, volume_id: string): Promise<void> {
  const nothing = { name: null, container: null, description: null, snapshot_id: null };
  await take(stage, 'null name, description, container, snapshot', { volume_id, ...nothing });
  await stage.tick();
  await take(stage, 'name with spaces around, "incremental" as a text', {
    volume_id,
    name: '  padded  ',
    incremental: 'true',
  });
  await take(stage, 'name of every kind of character', { volume_id, name: 'ä 漢字 "\'\\<&>%' });
  await take(
    stage,
    'an availability zone that there is not',
    { volume_id, availability_zone: 'mars' },
    '3.51',
  );
}

async function take(stage: Stage, name: string, backup: object, version = '3.43'): Promise<void> {
  const made = await stage.ask(name, 'POST', '/backups', { body: { backup }, version });
  const id = made.text('backup.id');
  await stage.backupEnds(id);
  await stage.ask(`${name}: afterwards`, 'GET', `/backups/${id}`, { version: '3.43' });
}
