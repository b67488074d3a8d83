import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { makeDirectory, runCli, startCliSession } from '../support/cli.ts';

const CONFIG = `version: 1
deployment: acme
clouds: { prod: { auth: env } }
policies:
  nightly:
    cloud: prod
    select: { volumes: { all: true } }
    schedule: { cron: "30 3 * * *", timezone: Europe/Berlin }
    keep: { semantics: restic, daily: 7 }
`;
const OS_VARIABLES = {
  OS_AUTH_URL: 'http://127.0.0.1:1/v3',
  OS_USERNAME: 'demo',
  OS_PASSWORD: 'hush-hush',
  OS_PROJECT_NAME: 'demo',
};

const directory = makeDirectory({
  'good.yaml': CONFIG,
  'unknown-key.yaml': CONFIG.replace('keep:', 'retain: 1\n    keep:'),
  'cron.yaml': CONFIG.replace('30 3 * * *', '61 3 * * *'),
  'zone.yaml': CONFIG.replace('Europe/Berlin', 'Europe/Berlni'),
  'duration.yaml': CONFIG.replace('keep:', 'rpo: "26"\n    keep:'),
  'keeps-nothing.yaml': CONFIG.replace('daily: 7', 'daily: 0'),
  'no-selection.yaml': CONFIG.replace('{ all: true }', '{}'),
  'no-cloud.yaml': CONFIG.replace('cloud: prod', 'cloud: prd'),
  'not.yaml': 'version: [1\n',
  'not.json': '{"backups": [',
  'other.json': '{"volumes": []}',
  'wrong-field.json':
    '{"backups": [{"id": "b1", "volume_id": "v1", "status": "available", "created_at": 5}]}',
  'empty.json': '{"backups": []}',
  'faults.json': '[{"effect": {"stukc": true}}]',
});
const session = startCliSession();
afterAll(() => {
  session.stop();
  directory.remove();
});

interface WrongInput {
  readonly what: string;
  readonly args: readonly string[];
  readonly says: readonly (string | RegExp)[];
  readonly code?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

const withConfig = (file: string): readonly string[] => ['check', '--offline', '--config', file];
const explain = (file: string): readonly string[] => [
  'explain',
  '--config',
  'good.yaml',
  '--policy',
  'nightly',
  '--backups',
  file,
];

const WRONG_INPUT: readonly WrongInput[] = [
  { what: 'no command', args: [], says: ['Usage: cinderkeep <command>', 'backup'] },
  { what: 'an unknown command', args: ['bakcup'], says: ["unknown command 'bakcup'", 'backup'] },
  { what: 'an unknown option', args: ['list', '--colour'], says: ["unknown option '--colour'", 'help'] },
  { what: 'an argument too many', args: ['list', 'all'], says: ['too many arguments'] },
  { what: 'a missing policy', args: ['backup'], says: ["'--policy <name>' not specified"] },
  {
    what: 'a pin without a reason',
    args: ['pin', '7f0c1a52-6d1e-4a5b-9a53-0c6f3f7a1d11'],
    says: ["'--reason <text>' not specified"],
  },
  {
    what: 'an import of what is not there',
    args: ['import', 'nowhere.ndjson'],
    says: ['nowhere.ndjson: cannot be read (ENOENT)'],
  },
  { what: 'a pin of what is no id', args: ['pin', 'db-1', '--reason', 'x'], says: ['should be a UUID'] },
  { what: 'a limit that is no number', args: ['list', '--limit', 'ten'], says: ['whole number from 1'] },
  { what: 'a share above 1', args: ['prune', '--max-delete-share', '50'], says: ['share from 0 to 1'] },
  {
    what: 'a type that does not exist',
    args: ['backup', '--policy', 'x', '--type', 'diff'],
    says: ['full, incremental'],
  },
  {
    what: 'a volume that is no UUID',
    args: ['backup', '--policy', 'x', '--volume', 'vol-1'],
    says: ['UUID'],
  },
  { what: 'a backup that is no UUID', args: ['show', 'latest'], says: ['UUID'] },
  { what: 'a sort key that is none', args: ['list', '--sort-key', 'age'], says: ['createdAt'] },
  {
    what: 'an instant without a zone',
    args: ['check', '--now', '2026-11-23T03:30:00'],
    says: ['with its zone'],
  },
  {
    what: 'an instant that does not exist',
    args: ['check', '--now', '2026-13-23T03:30:00Z'],
    says: ['with its zone'],
  },
  { what: 'a port that is none', args: ['cloud', '--port', '70000'], says: ['from 0 to 65535'] },
  { what: 'a release that is none', args: ['cloud', '--release', 'yoga'], says: ['zed, latest'] },
  {
    what: 'faults that are none',
    args: ['cloud', '--faults', 'faults.json'],
    says: ['faults.json', 'stukc'],
  },
  {
    what: 'a config file that is not there',
    args: withConfig('none.yaml'),
    says: ['none.yaml: no such file'],
  },
  {
    what: 'a config file that is not YAML',
    args: withConfig('not.yaml'),
    says: [/not\.yaml:\d+:\d+: .*not YAML/],
  },
  {
    what: 'an unknown key',
    args: withConfig('unknown-key.yaml'),
    says: [/unknown-key\.yaml:9:5: policies\.nightly\.retain/],
  },
  {
    what: 'a bad cron',
    args: withConfig('cron.yaml'),
    says: [/cron\.yaml:8:\d+: policies\.nightly\.schedule\.cron/],
  },
  {
    what: 'an unknown zone',
    args: withConfig('zone.yaml'),
    says: [/timezone: .*did you mean Europe\/Berlin/],
  },
  { what: 'a duration without unit', args: withConfig('duration.yaml'), says: [/rpo: .*"26" has no unit/] },
  {
    what: 'a policy that keeps nothing',
    args: withConfig('keeps-nothing.yaml'),
    says: [/policies\.nightly\.keep/],
  },
  { what: 'an empty selection', args: withConfig('no-selection.yaml'), says: [/policies\.nightly\.select/] },
  {
    what: 'a cloud that is not defined',
    args: withConfig('no-cloud.yaml'),
    says: [/cloud: is "prd".*did you mean prod/],
  },
  {
    what: 'a policy that is not in the config',
    args: ['plan', '--config', 'good.yaml', '--policy', 'nigthly'],
    says: ['there is no policy "nigthly"; there is nightly'],
  },
  {
    what: 'a policy to explain that is not in the config',
    args: ['explain', '--config', 'good.yaml', '--policy', 'weekly', '--backups', 'empty.json'],
    says: ['there is no policy "weekly"', 'nightly'],
  },
  {
    what: 'a list of backups that is not there',
    args: explain('none.json'),
    says: ['none.json: cannot be read (ENOENT)'],
  },
  { what: 'a list of backups that is not JSON', args: explain('not.json'), says: ['not.json: is not JSON'] },
  {
    what: 'a list of something else',
    args: explain('other.json'),
    says: ['other.json', 'field backups', 'GET /backups/detail'],
  },
  {
    what: 'a backup with a field of another kind',
    args: explain('wrong-field.json'),
    says: ['wrong-field.json: backups[0]', 'created_at'],
  },
  {
    what: 'a list from stdin that is not JSON',
    args: explain('-'),
    input: 'hello',
    says: ['stdin: is not JSON'],
  },
  {
    what: 'credentials that are missing',
    args: ['list', '--config', 'good.yaml'],
    says: ['OS_AUTH_URL is missing'],
  },
  {
    what: 'an endpoint that cannot be reached',
    args: ['list', '--config', 'good.yaml'],
    env: OS_VARIABLES,
    code: 1,
    says: ['http://127.0.0.1:1 gave no answer'],
  },
];

describe('wrong input ends with exit code 2 and says what is wrong', () => {
  it.concurrent.each(WRONG_INPUT)('$what', async ({ args, says, code = 2, env = {}, input = '' }) => {
    const around = { cwd: directory.path, env };
    const result = await (input === '' ? session.run(args, around) : runCli(args, { ...around, input }));
    for (const text of says) expect(result.stderr).toMatch(text instanceof RegExp ? text : anyLines(text));
    expect(result.code).toBe(code);
    expect(result.stdout).toBe('');
    expect(result.stderr).not.toMatch(/^ {4}at |hush-hush/m);
  });
});

/** A text as a pattern, at whatever place the lines are broken. */
function anyLines(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ /g, '\\s+'));
}

const COMMANDS: Readonly<Record<string, readonly string[]>> = {
  start: ['--json', '--data'],
  run: ['--once', '--config', '--json', '--data'],
  cloud: ['--port', '--volumes', '--latency-ms', '--speed', '--faults', '--release'],
  check: ['--config', '--offline', '--now', '--json'],
  plan: ['--policy', '--config', '--json', '--data'],
  explain: ['--policy', '--backups', '--config', '--now', '--json'],
  backup: ['--policy', '--volume', '--type', '--dry-run', '--no-wait', '--config', '--json', '--data'],
  prune: [
    '--policy',
    '--volume',
    '--dry-run',
    '--max-deletes',
    '--max-delete-share',
    '--no-wait',
    '--config',
    '--json',
    '--data',
  ],
  list: [
    '--volume',
    '--policy',
    '--status',
    '--limit',
    '--marker',
    '--sort-key',
    '--sort-dir',
    '--config',
    '--json',
    '--data',
  ],
  show: ['<backup-id>', '--config', '--json', '--data'],
  pin: ['<backup-id>', '--reason', '--until', '--by', '--dry-run', '--config', '--json', '--data'],
  unpin: ['<backup-id>', '--dry-run', '--config', '--json', '--data'],
  export: ['--out', '--config', '--json', '--data'],
  import: ['<file>', '--dry-run', '--config', '--json', '--data'],
  'export-records': ['--out', '--cloud', '--admin', '--config', '--json', '--data'],
  'import-records': ['<file>', '--dry-run', '--admin', '--config', '--json', '--data'],
  rebuild: ['--dry-run', '--config', '--json', '--data'],
};

describe('help', () => {
  it.concurrent.each(Object.entries(COMMANDS))(
    'of %s names every flag and has examples',
    async (command, flags) => {
      const { stdout, code } = await session.run([command, '--help']);
      for (const flag of flags) expect(stdout).toContain(flag);
      expect(stdout).toContain(`$ npx cinderkeep ${command}`);
      expect(code).toBe(0);
    },
  );

  it('help COMMAND says the same as COMMAND --help', async () => {
    expect(await runCli(['help', 'prune'])).toEqual(await runCli(['prune', '--help']));
  });

  it('without a command lists them all', async () => {
    const { stdout, code } = await runCli(['--help']);
    for (const command of Object.keys(COMMANDS))
      expect(stdout).toMatch(new RegExp(`^ +${command} {2,}\\w`, 'm'));
    expect(code).toBe(0);
  });

  it('--version prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
    expect(await runCli(['--version'])).toEqual({ stdout: `${version}\n`, stderr: '', code: 0 });
  });

  it.each([[['--help']], [['backup', '--help']], [['cloud', '--help']]])(
    '%s loads nothing that it does not need: no AWS SDK, no undici, no embedded cloud',
    async (args) => {
      const { stderr, code } = await runCli(args, { nodeArgs: [`--import=${LISTS_MODULES}`] });
      expect(stderr).toMatch(/commander/);
      expect(stderr).not.toMatch(/aws-sdk|undici|dynalite|embedded-cloud\/(server|embedded-cloud)/);
      expect(code).toBe(0);
    },
  );
});

/** Has Node write the address of each module that it loads on stderr. */
const LISTS_MODULES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({ load(url, context, next) { process.stderr.write(url + '\\n'); return next(url, context); } });
`)}`;
