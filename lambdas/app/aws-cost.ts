import { AWS_PRICE, catalogUsd, MEASURED } from './aws-price.ts';

/** What decides the price of a month. */
export interface Fleet {
  readonly volumes: number;
  /** Of each volume. */
  readonly backupsPerMonth: number;
  /** Of each volume, on average. */
  readonly keptBackups: number;
  /** How long the cloud takes for one. */
  readonly backupMinutes: number;
  readonly inFlight: number | 'unlimited';
  readonly requestsPerSecond: number;
}

/** What a deployment has, whatever it backs up. */
export interface Standing {
  /** Of a worker. */
  readonly memoryMib: number;
  readonly secretCount: number;
  readonly hasDashboard: boolean;
}

export interface CostLine {
  readonly what: string;
  readonly usd: number;
}

export interface MonthlyCost {
  /** So long after a slot the last of its backups has been asked for. */
  readonly slotHours: number;
  /** Grows with the volumes. */
  readonly variable: readonly CostLine[];
  readonly variableUsd: number;
  /** Is there whatever is backed up. */
  readonly fixed: readonly CostLine[];
  readonly fixedUsd: number;
}

/** One for each function and two more; a test compares it with the templates. */
export const ALARM_COUNT = 10;

const MONTH_DAYS = 365.25 / 12;
const MONTH_MINUTES = MONTH_DAYS * 24 * 60;
const PRUNE_EVERY_MINUTES = 15;
const GIB = 1024 ** 3;
/** So much memory comes with one whole processor. @see AWS Lambda Developer Guide, "Configure Lambda function memory" */
const PROCESSOR_MIB = 1_769;
/** An idle run asks the catalog and waits for its answer. */
const IDLE_WAIT_MS = 10;
/** What Lambda itself writes to the log at the start and end of each. */
const INVOCATION_LOG_BYTES = 400;
/** Deleted backups stay in the catalog for so long. */
const HISTORY_MONTHS = 30 / MONTH_DAYS;
/** Each volume's POST, and its share of looks and deletions. */
const REQUESTS_PER_START = 2.2;

/** What a month of a deployment costs on AWS, at list price and with nothing free. The cloud's own prices are not in it. */
export function priceMonth(fleet: Fleet, standing: Standing): MonthlyCost {
  const variable = priceBackups(fleet, standing);
  const fixed = priceStanding(standing);
  const slotHours = slotMs(fleet) / 3_600_000;
  return { slotHours, variable, variableUsd: sum(variable), fixed, fixedUsd: sum(fixed) };
}

function priceBackups(fleet: Fleet, { memoryMib }: Standing): CostLine[] {
  const { volumes, backupsPerMonth, keptBackups } = fleet;
  const backups = volumes * backupsPerMonth;
  const records = volumes * keptBackups + backups * HISTORY_MONTHS;
  return [
    { what: 'catalog, requests', usd: catalogUsd(backups) },
    { what: 'catalog, space', usd: ((records * MEASURED.recordBytes) / GIB) * AWS_PRICE.catalogGibMonth },
    {
      what: 'functions, at work',
      usd: functionUsd(backups * ownTimeMs(MEASURED.backupProcessorMs, memoryMib), memoryMib),
    },
    { what: 'functions, while backups wait', usd: functionUsd(waitingMs(fleet), memoryMib) },
    { what: 'logs', usd: ((backups * MEASURED.logBytes) / GIB) * AWS_PRICE.logGib },
  ];
}

/** How long the worker stays. There is one at a time, so never longer than the month. */
function waitingMs(fleet: Fleet): number {
  return Math.min(fleet.backupsPerMonth * slotMs(fleet), MONTH_MINUTES * 60_000);
}

/** Until the last backup of a slot has got one of the places. */
function slotMs({ volumes, backupMinutes, inFlight, requestsPerSecond }: Fleet): number {
  const startingMs = (volumes * REQUESTS_PER_START * 1000) / requestsPerSecond;
  const places = inFlight === 'unlimited' ? volumes : inFlight;
  const forPlacesMs = (Math.max(0, volumes - places) / places) * backupMinutes * 60_000;
  return Math.max(startingMs, forPlacesMs);
}

function priceStanding({ memoryMib, secretCount, hasDashboard }: Standing): CostLine[] {
  const follows = MONTH_MINUTES;
  const prunes = MONTH_MINUTES / PRUNE_EVERY_MINUTES;
  const idleMs =
    follows * (ownTimeMs(MEASURED.idleFollowProcessorMs, memoryMib) + IDLE_WAIT_MS) +
    prunes * (ownTimeMs(MEASURED.idlePruneProcessorMs, memoryMib) + IDLE_WAIT_MS);
  const idleUsd =
    functionUsd(idleMs, memoryMib) +
    (follows + prunes) *
      (AWS_PRICE.invocation + AWS_PRICE.readUnit / 2 + (INVOCATION_LOG_BYTES / GIB) * AWS_PRICE.logGib);
  return [
    { what: 'schedules', usd: (follows + prunes) * AWS_PRICE.scheduledInvocation },
    { what: 'runs with nothing to do', usd: idleUsd },
    { what: `${ALARM_COUNT} alarms`, usd: ALARM_COUNT * AWS_PRICE.alarmMonth },
    { what: 'secrets', usd: secretCount * AWS_PRICE.secretMonth },
    ...(hasDashboard ? [{ what: 'dashboard', usd: AWS_PRICE.dashboardMonth }] : []),
  ];
}

/** What takes so much of a whole processor takes longer in a function. */
function ownTimeMs(processorMs: number, memoryMib: number): number {
  return (processorMs * PROCESSOR_MIB) / memoryMib;
}

function functionUsd(ms: number, memoryMib: number): number {
  return (ms / 1000) * (memoryMib / 1024) * AWS_PRICE.gibSecond;
}

function sum(lines: readonly CostLine[]): number {
  return lines.reduce((usd, line) => usd + line.usd, 0);
}
