import { afterAll, describe, expect, it } from 'vitest';
import { makeDirectory, runCli } from '../support/cli.ts';

const CONFIG = `version: 1
deployment: acme
clouds: { prod: { auth: env } }
policies:
  nightly:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "30 3 * * *", timezone: UTC }
    keep: { semantics: restic, last: 1, daily: 2 }
`;

/** As `GET /backups/detail` answers: stamps in UTC that do not say so. */
function aBackup(id: string, createdAt: string, isIncremental: boolean, volume = 'v1') {
  return {
    id,
    volume_id: volume,
    name: null,
    description: null,
    status: 'available',
    is_incremental: isIncremental,
    has_dependent_backups: false,
    size: 1,
    object_count: 3,
    container: 'backups',
    created_at: `${createdAt}.000000`,
    data_timestamp: `${createdAt}.000000`,
    snapshot_id: null,
    fail_reason: null,
    a_field_of_the_future: true,
  };
}

const BACKUPS = [
  aBackup('i3', '2026-11-23T03:30:00', true),
  aBackup('i2', '2026-11-22T03:30:00', true),
  aBackup('f1', '2026-11-21T03:30:00', false),
  aBackup('f0', '2026-11-20T03:30:00', false),
];
const directory = makeDirectory({
  'policies.yaml': CONFIG,
  'backups.json': JSON.stringify({ backups: BACKUPS }),
  'page.json': JSON.stringify({ backups: BACKUPS, backups_links: [{ rel: 'next', href: 'http://…' }] }),
});
afterAll(directory.remove);

const NOW = '2026-11-23T12:00:00Z';
const explain = (...more: readonly string[]) =>
  runCli(['explain', '--config', 'policies.yaml', '--policy', 'nightly', '--now', NOW, ...more], {
    cwd: directory.path,
    input: JSON.stringify({ backups: BACKUPS }),
  });

/** daily: 2 keeps i3 and i2; i2 needs f1; nothing needs f0. */
const EXPECTED = {
  policy: 'nightly',
  now: '2026-11-23T12:00:00.000Z',
  decisions: [
    {
      id: 'i3',
      volume_id: 'v1',
      created_at: '2026-11-23T03:30:00.000Z',
      verdict: 'keep',
      because: [{ rule: 'last' }, { rule: 'daily', bucket: '2026-11-23' }],
      neededBy: [],
    },
    {
      id: 'i2',
      volume_id: 'v1',
      created_at: '2026-11-22T03:30:00.000Z',
      verdict: 'keep',
      because: [{ rule: 'daily', bucket: '2026-11-22' }],
      neededBy: [],
    },
    {
      id: 'f1',
      volume_id: 'v1',
      created_at: '2026-11-21T03:30:00.000Z',
      verdict: 'hold',
      because: [],
      neededBy: ['i2'],
    },
    {
      id: 'f0',
      volume_id: 'v1',
      created_at: '2026-11-20T03:30:00.000Z',
      verdict: 'delete',
      because: [],
      neededBy: [],
    },
  ],
};

describe('explain', () => {
  it('answers one JSON document of the agreed form, in the order in which deletions are safe', async () => {
    const { stdout, stderr, code } = await explain('--backups', 'backups.json', '--json');
    expect(JSON.parse(stdout)).toEqual(EXPECTED);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
  });

  it('reads the list from stdin, to the same answer', async () => {
    const { stdout } = await explain('--backups', '-', '--json');
    expect(JSON.parse(stdout)).toEqual(EXPECTED);
  });

  it('says in words what stays and why', async () => {
    const { stdout, code } = await explain('--backups', 'backups.json');
    expect(stdout).toContain('policy nightly: Keeps the last 1 and 2 daily backups.');
    expect(stdout).toContain('4 backups of 1 volume at 2026-11-23T12:00Z: 2 kept, 1 held, 1 to be deleted');
    expect(stdout).toMatch(/^keep .* i3 +last, daily 2026-11-23$/m);
    expect(stdout).toMatch(/^hold .* f1 +needed by i2$/m);
    expect(stdout).toMatch(/^delete .* f0 +no rule keeps it$/m);
    expect(code).toBe(0);
  });

  it('warns of a list that is only a page of a longer one', async () => {
    const { stderr, code } = await explain('--backups', 'page.json', '--json');
    expect(stderr).toMatch(/one page of a longer list/);
    expect(code).toBe(0);
  });

  it('keeps what its marker says is pinned, and says why', async () => {
    const cinderkeep = 'v1;acme;nightly;20261120T033000Z;20270201T000000Z,ada,audit';
    const f0 = { ...aBackup('f0', '2026-11-20T03:30:00', false), metadata: { cinderkeep } };
    const described = {
      ...aBackup('fx', '2026-11-19T03:30:00', false),
      description: 'cinderkeep=v1;acme;nightly;20261119T033000Z;,,asked for',
    };
    const input = JSON.stringify({ backups: [...BACKUPS.slice(0, 3), f0, described] });
    const args = ['explain', '--config', 'policies.yaml', '--policy', 'nightly', '--backups', '-', '--json'];
    const explainAt = async (now: string) => {
      const { stdout } = await runCli([...args, '--now', now], { cwd: directory.path, input });
      return JSON.parse(stdout).decisions.slice(-2);
    };
    expect(await explainAt(NOW)).toMatchObject([
      {
        id: 'f0',
        verdict: 'keep',
        because: [{ rule: 'pinned', reason: 'audit', by: 'ada', until: '2027-02-01T00:00:00.000Z' }],
      },
      { id: 'fx', verdict: 'keep', because: [{ rule: 'pinned', reason: 'asked for' }] },
    ]);
    expect(await explainAt('2027-02-01T00:00:00Z')).toMatchObject([
      { id: 'f0', verdict: 'delete' },
      { id: 'fx', verdict: 'keep' },
    ]);
  });

  it('keeps what is from after --now', async () => {
    const { stdout } = await runCli(
      [
        'explain',
        '--config',
        'policies.yaml',
        '--policy',
        'nightly',
        '--backups',
        'backups.json',
        '--json',
        '--now',
        '2026-11-22T12:00:00+01:00',
      ],
      { cwd: directory.path },
    );
    const { decisions } = JSON.parse(stdout);
    expect(decisions[0]).toMatchObject({ id: 'i3', verdict: 'keep', because: [{ rule: 'future' }] });
  });
});
