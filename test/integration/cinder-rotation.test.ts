import { afterEach, describe, expect, it, vi } from 'vitest';
import type { CloudCredentials } from '../../lambdas/adapters/cinder/credentials.ts';
import { createCredentialsSource } from '../../lambdas/adapters/cinder/credentials-source.ts';
import { CloudRefusedCredentialsError } from '../../lambdas/app/ports.ts';
import {
  backupRow,
  fault,
  type Reply,
  type Script,
  type ScriptedCinder,
  type ScriptedRequest,
  startScriptedCinder,
} from '../support/scripted-cinder.ts';

const ID = String(backupRow(1).id);
const UNAUTHORISED = fault(401, 'error', 'The request you have made requires authentication.');

let cinder: ScriptedCinder | undefined;
afterEach(() => cinder?.close());

/** A Keystone that takes one secret, and a Cinder that takes the tokens of that. */
async function start(script: Partial<Script> = {}) {
  let valid = 'first';
  const started = await startScriptedCinder({
    keystone: (request): Reply | undefined => (secretOf(request) === valid ? undefined : UNAUTHORISED),
    cinder: () => ({ json: { backup: backupRow(1) } }),
    ...script,
  });
  cinder = started;
  return {
    ...started,
    rotate(secret: string) {
      valid = secret;
    },
  };
}

function credentialsOf(origin: string, secret: string): CloudCredentials {
  return { type: 'application-credential', authUrl: `${origin}/identity`, credential: { id: 'c1' }, secret };
}

function operations(origin: string, first: string, read: () => string) {
  const reading = vi.fn(async () => credentialsOf(origin, read()));
  const source = createCredentialsSource(reading, credentialsOf(origin, first));
  return { reading, credentials: { read: source, create: source, prune: source, restore: source } };
}

describe('credentials that were exchanged', () => {
  it('are read again once, however many callers find the old ones refused', async () => {
    const { origin, cloud, rotate, authentications } = await start();
    rotate('second');
    const { reading, credentials } = operations(origin, 'first', () => 'second');
    const one = cloud({ credentials });
    const found = await Promise.all(Array.from({ length: 100 }, () => one.getBackup(ID)));
    expect(found.every((backup) => backup?.id === ID)).toBe(true);
    expect(reading).toHaveBeenCalledTimes(1);
    expect(authentications.map(secretOf)).toEqual(['first', 'second']);
  });

  it('are used on by a process that has had them for long, and then has others', async () => {
    const refused = new Set<string | undefined>();
    const { origin, cloud, rotate, tokens, authentications } = await start({
      cinder: ({ token }) => (refused.has(token) ? UNAUTHORISED : { json: { backup: backupRow(1) } }),
    });
    let stored = 'first';
    const { reading, credentials } = operations(origin, 'first', () => stored);
    const one = cloud({ credentials });
    await one.getBackup(ID);
    expect(reading).not.toHaveBeenCalled();

    stored = 'second';
    rotate('second');
    refused.add(tokens[0]);
    expect((await one.getBackup(ID))?.id).toBe(ID);
    expect(reading).toHaveBeenCalledTimes(1);
    expect(authentications.map(secretOf)).toEqual(['first', 'first', 'second']);
  });

  it('are refused when they are still the same', async () => {
    const { origin, cloud, rotate, authentications } = await start();
    rotate('second');
    const { reading, credentials } = operations(origin, 'first', () => 'first');
    await expect(cloud({ credentials }).getBackup(ID)).rejects.toThrow(CloudRefusedCredentialsError);
    expect(reading).toHaveBeenCalledTimes(1);
    expect(authentications).toHaveLength(1);
  });

  it('are refused when the new ones are refused too', async () => {
    const { origin, cloud, rotate, authentications } = await start();
    rotate('third');
    const { credentials } = operations(origin, 'first', () => 'second');
    await expect(cloud({ credentials }).getBackup(ID)).rejects.toThrow(CloudRefusedCredentialsError);
    expect(authentications.map(secretOf)).toEqual(['first', 'second']);
  });

  it('count as refused when the former one was deleted: Keystone then does not find it', async () => {
    const gone = fault(404, 'error', 'Could not find Application Credential: c1.');
    const { origin, cloud } = await start({
      keystone: (request) => (secretOf(request) === 'first' ? gone : undefined),
    });
    const { credentials } = operations(origin, 'first', () => 'second');
    expect((await cloud({ credentials }).getBackup(ID))?.id).toBe(ID);
  });
});

function secretOf({ body }: ScriptedRequest): string {
  return JSON.parse(body).auth.identity.application_credential.secret;
}
