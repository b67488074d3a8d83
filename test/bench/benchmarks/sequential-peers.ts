import type { Benchmark, BenchOptions, Figure } from '../benchmark.ts';
import { SkippedError } from '../benchmark.ts';
import { withCloud } from '../clouds.ts';
import { canRun, pathOf, runProgram, toVariables } from '../programs.ts';
import { measurePairs, timeMs } from '../statistics.ts';
import { runSlot } from '../workers.ts';

/** Debian's, which sees the packages of its distribution. */
const PYTHON = '/usr/bin/python3';
const ROUNDS = 3;
const CLIENT_VOLUMES = 30;
const SHELL_VOLUMES = 5;
/** A slot large enough that it is the rate that shows, and not the start. */
const SLOT_VOLUMES = 2_000;
const BACKUP_SECONDS = 300;
/** A network and an API that have something to do. */
const LATENCY_MS = 50;

interface Spent {
  /** From the start of the process to its end. */
  readonly wholeMs: number;
  /** From the first request to the last answer. */
  readonly loopMs: number;
}

export const sequentialPeers: Benchmark = {
  name: 'peers',
  summary: 'the same job as a script on python-cinderclient and as a shell loop on the openstack command',
  async run(options) {
    const hasClient = await canRun(PYTHON, '-c', 'import cinderclient, keystoneauth1');
    const hasShell = await canRun('openstack', '--version');
    if (!hasClient && !hasShell) {
      throw new SkippedError(`neither can ${PYTHON} import cinderclient, nor is there an openstack command`);
    }
    const client = hasClient ? await measureClient(options) : [];
    const shell = hasShell ? await measureShell(options) : [];
    return [...client, ...shell];
  },
};

async function measureClient({ say }: BenchOptions): Promise<Figure[]> {
  say(`peers: python-cinderclient, ${CLIENT_VOLUMES} volumes, ${ROUNDS} pairs each`);
  const perBackup = await measurePairs(
    ROUNDS,
    async () => (await spendOnSlot(SLOT_VOLUMES, 0)).loopMs / SLOT_VOLUMES,
    async () => (await spendOnClient(0)).loopMs / CLIENT_VOLUMES,
  );
  const figures: Figure[] = [
    {
      what: `a backup in a slot of ${SLOT_VOLUMES}, until its POST is answered`,
      value: perBackup.ours,
      unit: 'ms',
      peer: { name: `cinderclient, ${CLIENT_VOLUMES} in a row`, value: perBackup.peer },
      ratio: 1 / perBackup.ratio,
      goal: { atLeast: 5 },
    },
  ];
  for (const latencyMs of [0, LATENCY_MS]) {
    const whole = await measurePairs(
      ROUNDS,
      async () => (await spendOnSlot(CLIENT_VOLUMES, latencyMs)).wholeMs,
      async () => (await spendOnClient(latencyMs)).wholeMs,
    );
    figures.push({
      what: `${CLIENT_VOLUMES} volumes with the start of the process, answers after ${latencyMs} ms`,
      value: whole.ours,
      unit: 'ms',
      peer: { name: 'cinderclient', value: whole.peer },
      ratio: 1 / whole.ratio,
    });
  }
  return figures;
}

async function measureShell({ say }: BenchOptions): Promise<Figure[]> {
  say(`peers: openstack volume backup create, ${SHELL_VOLUMES} volumes`);
  const perBackup = await measurePairs(
    1,
    async () => (await spendOnSlot(CLIENT_VOLUMES, 0)).wholeMs / CLIENT_VOLUMES,
    async () => (await timeShell()) / SHELL_VOLUMES,
  );
  return [
    {
      what: `a backup of ${CLIENT_VOLUMES}, the start of the process included`,
      value: perBackup.ours,
      unit: 'ms',
      peer: { name: `openstack, ${SHELL_VOLUMES} in a row`, value: perBackup.peer },
      ratio: 1 / perBackup.ratio,
      goal: { atLeast: 20 },
    },
  ];
}

function spendOnSlot(volumes: number, latencyMs: number): Promise<Spent> {
  return withCloud({ volumes, backupSeconds: BACKUP_SECONDS, latencyMs }, async ({ credentials }) => {
    let loopMs = 0;
    const wholeMs = await timeMs(async () => {
      const result = await runSlot({
        credentials,
        volumes,
        catalog: 'memory',
        inFlight: 'unlimited',
        isWholeRun: false,
      });
      loopMs = result.lastPostMs;
    });
    return { wholeMs, loopMs };
  });
}

function spendOnClient(latencyMs: number): Promise<Spent> {
  const cloud = { volumes: CLIENT_VOLUMES, backupSeconds: BACKUP_SECONDS, latencyMs };
  return withCloud(cloud, async ({ credentials }) => {
    const script = pathOf('peers/cinderclient-loop.py');
    const { stdout, ms } = await runProgram(PYTHON, [script], toVariables(credentials));
    const { backups, ms: loopMs } = JSON.parse(stdout) as { readonly backups: number; readonly ms: number };
    if (backups !== CLIENT_VOLUMES)
      throw new Error(`${backups} of ${CLIENT_VOLUMES} backups by cinderclient`);
    return { wholeMs: ms, loopMs };
  });
}

function timeShell(): Promise<number> {
  const cloud = { volumes: SHELL_VOLUMES, backupSeconds: BACKUP_SECONDS };
  return withCloud(cloud, async ({ credentials, volumeIds }) => {
    const { stdout, ms } = await runProgram(
      pathOf('peers/openstack-loop.sh'),
      volumeIds,
      toVariables(credentials),
    );
    const made = stdout.trim().split('\n').length;
    if (made !== SHELL_VOLUMES) throw new Error(`${made} of ${SHELL_VOLUMES} backups by openstack`);
    return ms;
  });
}
