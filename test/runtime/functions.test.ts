import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../config/config.ts';
import { latestSlot } from '../../lambdas/domain/slot.ts';
import type { RunAnswer } from '../../lambdas/runtime/report-run.ts';
import { FUNCTION_NAMES, type FunctionName } from '../../lib/function-bundle.ts';
import { createTestEvents } from '../../lib/test-events.ts';
import { type EmbeddedCloud, startEmbeddedCloud } from '../../local/embedded-cloud/embedded-cloud.ts';
import { deleteCredential, makeCredential } from '../support/application-credentials.ts';
import { type RunningDeployment, runDeployment } from './support/deployment.ts';
import type { Outcome } from './support/function-process.ts';
import { isAbout } from './support/role-policy.ts';
import type { FunctionError } from './support/runtime-api.ts';

const CONFIG = parseConfig(
  `version: 1
deployment: acme
clouds:
  prod:
    auth: { read: { secret: prod/read }, create: { secret: prod/write }, prune: { secret: prod/write }, restore: { secret: prod/restore } }
    limits: { requestsPerSecond: 1000, inFlight: 1 }
policies:
  nightly:
    cloud: prod
    select: { volumes: { metadata: { backup: nightly } } }
    schedule: { cron: "*/15 * * * *", timezone: Europe/Berlin }
    keep: { semantics: restic, last: 1 }
    guards: { maxDeleteShare: 1, graceDays: 0 }
    restoreTests: { schedule: { cron: "*/15 * * * *" }, volumes: 1, hook: { function: check-restored } }
`,
  'runtime.yaml',
);
const POLICY = CONFIG.deployment.policies.get('nightly');

let embedded: EmbeddedCloud;
let deployment: RunningDeployment;
let volumeId: string;

beforeAll(async () => {
  embedded = await startEmbeddedCloud({
    durations: {
      fullSeconds: 4,
      incrementalSeconds: 4,
      deleteSeconds: 1,
      volumeSeconds: 1,
      restoreSeconds: 2,
    },
  });
  volumeId = embedded.control.addVolume({ name: 'db-1', metadata: { backup: 'nightly' } });
  embedded.control.addVolume({ name: 'db-2', metadata: { backup: 'nightly' } });
  deployment = await runDeployment(CONFIG);
  await putCredential('prod/read', 'first');
  await putCredential('prod/write', 'first');
  // Not prod/restore: what does not restore has to do without it.
});
afterAll(async () => {
  await deployment?.close();
  await embedded?.close();
});

/** A new application credential, where the functions look for it. */
async function putCredential(secret: string, version: string) {
  const credentials = await makeCredential(embedded.credentials, { name: `${secret} ${version}` });
  const entry = {
    auth: {
      auth_url: embedded.authUrl,
      application_credential_id: 'id' in credentials.credential ? credentials.credential.id : '',
      application_credential_secret: credentials.secret,
    },
  };
  deployment.aws.putSecret(secret, JSON.stringify(entry));
  return credentials;
}

const invoke = (name: FunctionName, event: unknown) => deployment.functions[name].invoke(event);

function answerOf<Answer = RunAnswer>(outcome: Outcome): Answer {
  if (outcome.ending !== 'answered') throw new Error(`no answer: ${JSON.stringify(outcome)}`);
  return JSON.parse(outcome.body);
}

function errorOf(outcome: Outcome): FunctionError {
  if (outcome.ending !== 'failed') throw new Error(`no failure: ${JSON.stringify(outcome)}`);
  return outcome.error;
}

const backups = () => embedded.control.backups();

/** Until nothing is in flight any more: the minute's call, minute after minute. */
async function follow(): Promise<void> {
  for (let calls = 0; calls < 60; calls += 1) {
    const { counts } = answerOf(await invoke('follow-backups', { trigger: 'schedule' }));
    const open = [counts.creating, counts.deleting, counts.waiting, counts.restoring];
    if (open.every((count = 0) => count === 0)) return;
    await sleep(200);
  }
}

async function recordOf(backupId: string | undefined) {
  const lists = embedded.control.volumes().map(({ id }) => deployment.catalog.listVolumeRecords('prod', id));
  return (await Promise.all(lists)).flat().find((record) => record.backupId === backupId);
}

/** As a pruning does that is killed before it has begun to delete. */
async function decideToDelete(backupId: string | undefined): Promise<void> {
  const record = await recordOf(backupId);
  if (record !== undefined) {
    await deployment.catalog.save({ ...record, state: 'deleting', openedAt: new Date(), reason: 'expired' });
  }
}

describe('the functions of a deployment, under Lambda’s own runtime client', () => {
  it('find nothing to do, in a sentence', async () => {
    const { summary, log } = answerOf(await invoke('follow-backups', { trigger: 'schedule' }));
    expect(summary).toBe('follow-backups: nothing to do');
    expect(log.stream).toContain('[$LATEST]');
  });

  it('make the backups of a slot once, however often EventBridge sends it', async () => {
    if (POLICY === undefined) throw new Error('there is no policy');
    const slot = latestSlot(POLICY.schedule, new Date()).toISOString().replace('.000Z', 'Z');
    const event = { trigger: 'schedule', policy: 'nightly', slot };
    const first = answerOf(await invoke('create-backups', event));
    // One at a time may be in flight: it stays until the second has begun.
    expect(first.items.map(({ outcome }) => outcome)).toContain('available');
    await invoke('create-backups', event);
    await follow();
    expect(backups().map(({ status }) => status)).toEqual(['available', 'available']);
  });

  it('make a backup of one volume now', async () => {
    await sleep(2_100); // two backups of a volume within two seconds would fork its chain
    const event = { trigger: 'manual', policy: 'nightly', volumeIds: [volumeId], type: 'full' };
    const { items, counts } = answerOf(await invoke('create-backups', event));
    expect(Object.keys(counts)).toHaveLength(1);
    expect(items[0]).toMatchObject({ volumeName: 'db-1', type: 'full', whyFull: 'requested' });
    await follow();
    expect(backups()).toHaveLength(3);
  });

  it('list them, and tell the story of one', async () => {
    const list = answerOf<{ backups: { backup: { id: string; createdAt: string } }[] }>(
      await invoke('list-backups', { policy: 'nightly', limit: 50 }),
    );
    expect(list.backups).toHaveLength(3);
    const id = list.backups[0]?.backup.id;
    expect(answerOf(await invoke('list-backups', { backupId: id }))).toMatchObject({ policy: 'nightly' });
  });

  it('tell which volumes have a recent good backup, by schedule or by hand', async () => {
    const { summary, ...report } = answerOf(await invoke('report-coverage', { trigger: 'schedule' }));
    expect(summary).toBe('report-coverage: 2 covered');
    expect(report).toMatchObject({ items: [], policies: [{ policy: 'nightly', counts: { covered: 2 } }] });
    const lost = embedded.control.addVolume({
      name: 'db-3',
      metadata: { backup: 'nightly' },
      createdAt: new Date(Date.now() - 86_400_000),
    });
    const slot = {
      policy: 'nightly',
      slotAt: new Date(Date.now() - 14_400_000),
      trigger: 'schedule',
    } as const;
    await deployment.catalog.saveSlot({ ...slot, state: 'missed', recordedAt: new Date(), reason: 'a test' });
    const asked = await invoke('report-coverage', { trigger: 'manual', policy: 'nightly' });
    expect(errorOf(asked).errorMessage).toMatch(
      new RegExp(
        `^report-coverage: 2 covered, 1 uncovered, 1 missed; 1 failure; .*\\n- uncovered: nightly db-3 ${lost}: it has no good backup`,
      ),
    );
    embedded.control.removeVolume(lost);
  });

  it('pin one, so that pruning leaves it', async () => {
    const preview = async () => answerOf(await invoke('prune-backups', { trigger: 'manual', dryRun: true }));
    const doomed = (await preview()).items.find(({ outcome }) => outcome === 'deleting')?.backupId;
    const pin = { backupId: doomed, pinned: true, reason: 'audit', by: 'ada' };
    expect(answerOf(await invoke('pin-backup', pin))).toMatchObject({ counts: { pinned: 1 } });
    expect((await preview()).counts).not.toHaveProperty('deleting');
    await decideToDelete(doomed);
    expect(answerOf(await invoke('pin-backup', pin))).toMatchObject({ counts: { pinned: 1 } });
    expect((await recordOf(doomed))?.state).toBe('available');
    const unpin = { backupId: doomed, pinned: false };
    expect(answerOf(await invoke('pin-backup', unpin))).toMatchObject({ counts: { unpinned: 1 } });
  });

  it('preview a pruning, then carry it out', async () => {
    const preview = answerOf(await invoke('prune-backups', { trigger: 'manual', dryRun: true }));
    expect(preview).toMatchObject({ dryRun: true, counts: { deleting: 1 } });
    expect(backups()).toHaveLength(3);
    answerOf(await invoke('prune-backups', { trigger: 'schedule' }));
    await follow();
    expect(backups()).toHaveLength(2);
  });

  it('restore nothing without the secret for it, and write nothing down', async () => {
    const event = { volumeId, into: { name: 'restored' } };
    const { errorType, errorMessage } = errorOf(await invoke('restore-backup', event));
    expect(errorType).toBe('SecretError');
    expect(errorMessage).toContain('read secret prod/restore: ResourceNotFoundException');
    deployment.aws.putSecret('prod/restore', '');
    expect(errorOf(await invoke('restore-backup', event)).errorMessage).toContain('it holds no text');
    expect(answerOf(await invoke('restore-backup', { ...event, dryRun: true }))).toMatchObject({
      summary: 'restore-backup (dry run, nothing was changed): 1 restoring',
      warnings: [expect.stringContaining('it could not be carried out: read secret prod/restore')],
    });
    expect(await deployment.catalog.listRestores('prod', volumeId)).toEqual([]);
  });

  it('restore the latest into a new volume, to its end', async () => {
    await putCredential('prod/restore', 'first');
    const event = { volumeId, into: { namePrefix: 'restored-' } };
    const { summary, items } = answerOf(await invoke('restore-backup', event));
    expect(summary).toBe('restore-backup: 1 restored');
    expect(items).toMatchObject([{ volumeId, targetName: 'restored-db-1', tookMs: expect.any(Number) }]);
    const made = embedded.control.volumes().find(({ name }) => name === 'restored-db-1');
    expect(made).toMatchObject({ id: items[0]?.targetId, status: 'available' });
    expect(embedded.control.digestVolume(made?.id ?? '')).toBe(embedded.control.digestVolume(volumeId));
    embedded.control.removeVolume(made?.id ?? '');
  });

  /** The cloud begins and never ends; an administrator does. */
  async function endStuckRestore(targetId: string): Promise<void> {
    const [restoring] = backups().filter(({ status }) => status === 'restoring');
    embedded.control.setBackup(restoring?.id ?? '', { status: 'available' });
    embedded.control.setVolumeStatus(targetId, 'available');
  }

  async function isRestoring(): Promise<boolean> {
    const open = await Array.fromAsync(deployment.catalog.listOpenRestores('prod'));
    return open.flat().length > 0;
  }

  /** Asks for a restore, with a stuck cloud and a function whose time is soon over. */
  async function restoreInVain(event: object): Promise<void> {
    embedded.control.addFault({ match: { operation: 'restore-backup' }, times: 1, effect: { stuck: true } });
    const times = { timeoutMs: 10_000, lateMs: 60_000 };
    const outcome = await deployment.functions['restore-backup'].invoke(event, times);
    expect(answerOf(outcome)).toMatchObject({ failedCount: 0, counts: { restoring: 1 } });
  }

  it('tell the end of a restore that outlasted them to whoever asks for the same again', async () => {
    const event = { volumeId, into: { name: 'large' } };
    await restoreInVain(event);
    const madeIds = () =>
      embedded.control
        .volumes()
        .filter(({ name }) => name === 'large')
        .map(({ id }) => id);
    const [targetId = ''] = madeIds();
    const again = invoke('restore-backup', event);
    await endStuckRestore(targetId);
    expect(answerOf(await again)).toMatchObject({ items: [{ outcome: 'restored', targetId }] });
    expect(madeIds()).toEqual([targetId]);
    embedded.control.removeVolume(targetId);
  });

  it('begin a restore in the minute’s call, whose volume took longer than they had', async () => {
    embedded.control.addFault({ match: { operation: 'create-volume' }, times: 1, effect: { stuck: true } });
    const event = { volumeId, into: { name: 'slow' } };
    const times = { timeoutMs: 8_000, lateMs: 60_000 };
    answerOf(await deployment.functions['restore-backup'].invoke(event, times));
    const targetId = embedded.control.volumes().find(({ name }) => name === 'slow')?.id ?? '';
    embedded.control.setVolumeStatus(targetId, 'available');
    for (let calls = 0; calls < 60 && (await isRestoring()); calls += 1) {
      await sleep(200);
      answerOf(await invoke('follow-backups', { trigger: 'schedule' }));
    }
    const [, , restore] = await deployment.catalog.listRestores('prod', volumeId);
    expect(restore).toMatchObject({ state: 'restored', targetId });
    expect(embedded.control.digestVolume(targetId)).toBe(embedded.control.digestVolume(volumeId));
    embedded.control.removeVolume(targetId);
  });

  const scratch = () =>
    embedded.control.volumes().filter(({ name }) => name?.startsWith('cinderkeep-test-acme-'));
  const provedIds = async () => {
    const event = { policy: 'nightly', proved: true };
    const list = answerOf<{ backups: { backup: { id: string } }[] }>(await invoke('list-backups', event));
    return list.backups.map(({ backup }) => backup.id);
  };

  it('prove the restore of a slot once, by the hook’s word, and leave nothing', async () => {
    const questions: unknown[] = [];
    deployment.aws.answerAsFunction((question) => {
      questions.push(question);
      return { pass: true };
    });
    const schedule = POLICY?.restoreTests?.schedule;
    if (schedule === undefined) throw new Error('there are no restore tests');
    const slot = latestSlot(schedule, new Date()).toISOString().replace('.000Z', 'Z');
    const event = { trigger: 'schedule', policy: 'nightly', slot };
    const { summary, items } = answerOf(await invoke('test-restores', event));
    expect(summary).toBe('test-restores: 1 proved');
    expect(questions).toMatchObject([
      { deployment: 'acme', policy: 'nightly', backupId: items[0]?.backupId, volumeId: items[0]?.targetId },
    ]);
    for (const again of [event, { trigger: 'makeUp' }])
      expect(answerOf(await invoke('test-restores', again)).summary).toBe('test-restores: nothing to do');
    expect(scratch()).toEqual([]);
    expect(await provedIds()).toContain(items[0]?.backupId);
  });

  it('fail where the hook finds it wrong, and leave nothing either', async () => {
    deployment.aws.answerAsFunction(() => ({ pass: false, reason: 'no file system' }));
    const event = { trigger: 'manual', policy: 'nightly', volumeIds: [volumeId] };
    const { errorType, errorMessage } = errorOf(await invoke('test-restores', event));
    expect(errorType).toBe('RunFailedError');
    expect(errorMessage).toContain('the hook found it wrong: no file system');
    expect(scratch()).toEqual([]);
  });

  it('go on with a test whose hook outlasted them in the minute’s call', async () => {
    deployment.aws.answerAsFunction(() => ({ pending: true }));
    const event = { trigger: 'manual', policy: 'nightly', volumeIds: [volumeId] };
    const times = { timeoutMs: 10_000, lateMs: 60_000 };
    const outcome = await deployment.functions['test-restores'].invoke(event, times);
    expect(answerOf(outcome)).toMatchObject({ counts: { restoring: 1 } });
    expect(scratch()).toMatchObject([{ status: 'available' }]);
    deployment.aws.answerAsFunction(() => ({ pass: true }));
    const { items } = answerOf(await invoke('follow-backups', { trigger: 'schedule' }));
    expect(items).toMatchObject([{ outcome: 'proved' }]);
    expect(scratch()).toEqual([]);
  });

  it.each(
    Object.entries(createTestEvents(CONFIG)).flatMap(([name, events]) =>
      Object.entries(events).map(([title, event]) => [name as FunctionName, title, event] as const),
    ),
  )('%s understands the console test event %s', async (name, _title, event) => {
    const outcome = await invoke(name, event);
    // Their ids are to be replaced, so that what they are about may not exist; but each is understood.
    if (outcome.ending === 'failed') expect(outcome.error.errorMessage).not.toMatch(/^event/);
    else expect(outcome.ending).toBe('answered');
    await follow();
  });
});

describe('what a function cannot do', () => {
  it.each(FUNCTION_NAMES)(
    '%s refuses what is misspelt, by name, and goes on with the next event',
    async (name) => {
      const error = errorOf(await invoke(name, { trigger: 'manual', dryrun: true }));
      expect(error.errorType).toBe('InvalidRequestError');
      expect(error.errorMessage).toContain('event.dryrun is not a key here');
      expect(errorOf(await invoke(name, 'prune everything')).errorMessage).toContain(
        'event is "prune everything"',
      );
      expect(deployment.functions[name].coldStarts).toBe(1);
    },
  );

  it('fails as a whole when an item failed, and says which, with the lines of the sources', async () => {
    const gone = '99999999-9999-4999-8999-999999999999';
    const event = { trigger: 'manual', policy: 'nightly', volumeIds: [gone] };
    const { errorType, errorMessage, trace } = errorOf(await invoke('create-backups', event));
    expect(errorType).toBe('RunFailedError');
    expect(errorMessage).toContain('create-backups: 1 failed');
    expect(errorMessage).toContain(gone);
    expect(errorMessage).toMatch(
      /log group \/aws\/lambda\/cinderkeep-acme-create-backups, stream .*, requestId /,
    );
    expect(trace.join('\n')).toMatch(/lambdas\/runtime\/report-run\.ts:\d+:\d+/);
  });

  it('has logged JSON lines, each with its request, and no secret', () => {
    const { log } = deployment.functions['create-backups'];
    const lines = log.split('\n').filter((line) => line.startsWith('{'));
    expect(lines.length).toBeGreaterThan(3);
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({ deployment: 'acme', requestId: expect.stringMatching(/-/) });
    }
    for (const name of FUNCTION_NAMES) {
      expect(deployment.functions[name].log).not.toMatch(/application_credential_secret|gAAAA/);
    }
  });
});

describe('time', () => {
  it('is kept: a run that waits for a cloud ends by itself, tells why, and the next goes on', async () => {
    const slow = await deployment.open('create-backups');
    const event = { trigger: 'manual', policy: 'nightly', dryRun: true };
    answerOf(await slow.invoke(event));
    embedded.control.setLatency(600_000);
    const outcome = await slow.invoke(event, { timeoutMs: 6_000, lateMs: 60_000 });
    embedded.control.setLatency(0);
    expect(errorOf(outcome).errorMessage).toMatch(
      /GET \/volumes\/detail: .* gave no answer: the time of the run is up/,
    );
    answerOf(await slow.invoke(event));
    expect(slow.coldStarts).toBe(1);
  });
});

describe('a cold start', () => {
  it('that failed is followed by one that succeeds, in the same process', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'cinderkeep-cold-'));
    await cp(deployment.synthesised['list-backups'].directory, directory, { recursive: true });
    await rename(join(directory, 'config.json'), join(directory, 'config.later'));
    const cold = await deployment.open('list-backups', { directory });
    expect(errorOf(await cold.invoke({})).errorMessage).toContain('ENOENT');
    await rename(join(directory, 'config.later'), join(directory, 'config.json'));
    expect(answerOf(await cold.invoke({}))).toHaveProperty('backups');
    expect(cold.coldStarts).toBe(1);
    await rm(directory, { recursive: true });
  });

  it('without a secret is followed by one with it, in the same process', async () => {
    const cold = await deployment.open('list-backups');
    deployment.aws.putSecret('prod/read', undefined);
    const { errorType, errorMessage } = errorOf(await cold.invoke({}));
    expect(errorType).toBe('SecretError');
    expect(errorMessage).toContain('read secret prod/read: ResourceNotFoundException');
    await putCredential('prod/read', 'second');
    expect(answerOf(await cold.invoke({}))).toHaveProperty('backups');
  });

  it('needs no secret where there is nothing to do', async () => {
    const before = deployment.aws.calls.length;
    const idle = await deployment.open('follow-backups');
    answerOf(await idle.invoke({ trigger: 'schedule' }));
    const made = deployment.aws.calls.slice(before).map(({ action }) => action);
    expect(made.filter((action) => action.startsWith('secretsmanager'))).toEqual([]);
  });
});

describe('a credential', () => {
  it('that was exchanged is read again by a warm function, without a failed run', async () => {
    const warm = await deployment.open('list-backups');
    const old = await putCredential('prod/read', 'third');
    answerOf(await warm.invoke({}));
    const before = deployment.aws.calls.length;
    await putCredential('prod/read', 'fourth');
    await deleteCredential(embedded.credentials, old);
    embedded.control.revokeTokens();
    expect(answerOf(await warm.invoke({}))).toHaveProperty('backups');
    const read = deployment.aws.calls
      .slice(before)
      .filter(({ action }) => action.startsWith('secretsmanager'));
    expect(read).toHaveLength(1);
    expect(warm.coldStarts).toBe(1);
  });
});

/** What Lambda does in the role's name, and no code of ours. */
const BY_LAMBDA = /^(logs:(CreateLogStream|PutLogEvents)|sqs:SendMessage)$/;

describe('the roles of the template', () => {
  it.each(FUNCTION_NAMES)('allow everything that %s did here', (name) => {
    const refused = deployment.aws.calls.filter(({ caller, isRefused }) => caller === name && isRefused);
    expect(refused).toEqual([]);
  });

  it.each(FUNCTION_NAMES)('allow nothing that %s has not used here', (name) => {
    const calls = deployment.aws.calls.filter(({ caller }) => caller === name);
    const unused = deployment.statementsOf(name).flatMap(({ actions, resources }) =>
      actions.flatMap((action) =>
        resources
          .filter((resource) => {
            return !calls.some((call) =>
              isAbout(call, { effect: 'Allow', actions: [action], resources: [resource] }),
            );
          })
          .map((resource) => `${action} ${resource}`),
      ),
    );
    expect(unused.filter((permission) => !BY_LAMBDA.test(permission.split(' ')[0] ?? ''))).toEqual([]);
  });
});
