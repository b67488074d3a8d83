import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createFunctionHooks } from '../../lambdas/adapters/hooks/ask-function.ts';
import type { HookQuestion } from '../../lambdas/app/ports.ts';
import { createAskHook } from '../../lambdas/runtime/ask-hook.ts';
import { type HookReply, PASS, useHooks } from '../support/hook-server.ts';

const QUESTION: HookQuestion = {
  deployment: 'acme',
  cloud: 'prod',
  policy: 'nightly',
  testId: '20260302T120000.000Z-0123456789abcdef',
  volumeId: 'v-scratch',
  sizeGib: 7,
  backupId: 'b1',
  dataTimestampAt: new Date('2026-03-02T01:00:00Z'),
  sourceVolumeId: 'v1',
  sourceVolumeName: 'db-1',
};
const openHook = useHooks();
const ask = createAskHook();

async function askOnce(reply: HookReply, timeoutMs = 10_000, signal?: AbortSignal) {
  const hook = await openHook(() => reply);
  const within = { timeoutMs, ...(signal !== undefined && { signal }) };
  const answer = await ask({ kind: 'url', url: hook.url, timeoutMs }, QUESTION, within);
  return { answer, hook };
}

describe('a hook that is an endpoint', () => {
  it('is told of the volume by POST, with instants as ISO 8601', async () => {
    const { answer, hook } = await askOnce(PASS);
    expect(answer).toEqual({ outcome: 'right' });
    expect(hook.questions).toEqual([{ ...QUESTION, dataTimestampAt: '2026-03-02T01:00:00.000Z' }]);
  });

  it.each<[HookReply, object]>([
    [[200, { pass: true, checkedFiles: 7 }], { outcome: 'right' }],
    [[200, { pass: false, reason: 'no\n  root ' }], { outcome: 'wrong', reason: 'no root' }],
    [[200, { pass: false, reason: 'x'.repeat(9_000) }], { outcome: 'wrong', reason: `${'x'.repeat(500)}…` }],
    [[200, { pending: true }], { outcome: 'pending' }],
    [[202, ''], { outcome: 'pending' }],
    [[200, { pass: 'yes' }], { outcome: 'unusable' }],
    [[200, '{"pass": tr'], { outcome: 'unusable' }],
    [[200, 'x'.repeat(70_000)], { outcome: 'unusable' }],
    [[204], { outcome: 'unusable' }],
    [[307], { outcome: 'unusable' }],
    [[401], { outcome: 'unusable' }],
    [[408], { outcome: 'unanswered' }],
    [[429], { outcome: 'unanswered' }],
    [[503], { outcome: 'unanswered' }],
    ['hangs up', { outcome: 'unanswered' }],
  ])('that replies %j is understood', async (reply, expected) => {
    const { answer } = await askOnce(reply);
    expect(answer).toMatchObject(expected);
    expect(JSON.stringify(answer)).not.toContain('s3cret');
  });

  it('that hangs is given up when its time is over, or when the run is', async () => {
    expect((await askOnce('hangs', 50)).answer).toMatchObject({
      outcome: 'unanswered',
      message: expect.stringMatching(/^127\.0\.0\.1:\d+ gave no answer: not in time$/),
    });
    const stop = new AbortController();
    const asking = askOnce('hangs', 60_000, stop.signal);
    setTimeout(() => stop.abort(), 50);
    expect((await asking).answer).toMatchObject({
      message: expect.stringContaining('the run had come to its end'),
    });
  });

  it('where nobody listens is said so', async () => {
    const hook = { kind: 'url' as const, url: 'http://127.0.0.1:9/x?key=s3cret', timeoutMs: 1 };
    const answer = await ask(hook, QUESTION, { timeoutMs: 10_000 });
    expect(answer).toMatchObject({ outcome: 'unanswered' });
    expect(JSON.stringify(answer)).not.toContain('s3cret');
  });
});

describe('a hook that is a function', () => {
  const closers: (() => void)[] = [];
  beforeEach(() => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's3cret');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    for (const close of closers.splice(0)) close();
  });

  /** What AWS Lambda's Invoke answers. */
  async function openFunction(status: number, body: unknown, headers: Record<string, string> = {}) {
    const calls: { url: string | undefined; headers: IncomingHttpHeaders; body: string }[] = [];
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      calls.push({
        url: request.url,
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
      });
      if (status === 0) return;
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    closers.push(() => {
      server.closeAllConnections();
      server.close();
    });
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const ask = createFunctionHooks({
      region: 'eu-central-1',
      endpoint,
    });
    const askIt = (timeoutMs = 10_000) => ask('check-restored', QUESTION, AbortSignal.timeout(timeoutMs));
    return { calls, askIt, endpoint };
  }

  it('is invoked with the same question, and says the same', async () => {
    const { calls, askIt } = await openFunction(200, { pass: true });
    expect(await askIt()).toEqual({ outcome: 'right' });
    expect(calls).toHaveLength(1);
    expect(calls[0]?.url).toBe('/2015-03-31/functions/check-restored/invocations');
    expect(calls[0]?.headers.authorization).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE\/\d{8}\/eu-central-1\/lambda\/aws4_request, SignedHeaders=.*host.*, Signature=[0-9a-f]{64}$/,
    );
    expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({ volumeId: 'v-scratch', backupId: 'b1' });
  });

  it.each([
    [200, { pass: false, reason: 'no table' }, {}, { outcome: 'wrong', reason: 'no table' }],
    [200, { pending: true }, {}, { outcome: 'pending' }],
    [200, null, {}, { outcome: 'unusable' }],
    [
      200,
      { errorMessage: 'Task timed out' },
      { 'x-amz-function-error': 'Unhandled' },
      { outcome: 'unanswered', message: expect.stringContaining('Task timed out') },
    ],
    [404, { Message: 'gone' }, { 'x-amzn-errortype': 'ResourceNotFoundException' }, { outcome: 'unusable' }],
    [403, { Message: 'no' }, { 'x-amzn-errortype': 'AccessDeniedException' }, { outcome: 'unusable' }],
    [429, { Message: 'slow' }, { 'x-amzn-errortype': 'TooManyRequestsException' }, { outcome: 'unanswered' }],
    [500, { Message: 'oops' }, { 'x-amzn-errortype': 'ServiceException' }, { outcome: 'unanswered' }],
  ])('that answers %d %j %j is understood', async (status, body, headers, expected) => {
    const { askIt } = await openFunction(status, body, headers as Record<string, string>);
    expect(await askIt()).toMatchObject(expected);
  });

  it('of another region is looked for there, by its ARN', async () => {
    const { calls, endpoint } = await openFunction(200, { pass: true });
    vi.stubEnv('AWS_ENDPOINT_URL_LAMBDA', endpoint);
    vi.stubEnv('AWS_REGION', 'eu-central-1');
    const arn = 'arn:aws:lambda:us-west-2:111122223333:function:check';
    for (const name of [arn, 'check']) {
      const hook = { kind: 'function' as const, function: name, timeoutMs: 1 };
      const answer = await createAskHook()(hook, QUESTION, { timeoutMs: 10_000 });
      expect(answer).toEqual({ outcome: 'right' });
    }
    expect(calls.map(({ url }) => url)).toEqual([
      '/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-west-2%3A111122223333%3Afunction%3Acheck/invocations',
      '/2015-03-31/functions/check/invocations',
    ]);
    expect(calls.map(({ headers }) => /\/\d{8}\/([^/]*)/.exec(headers.authorization ?? '')?.[1])).toEqual([
      'us-west-2',
      'eu-central-1',
    ]);
  });

  it('that does not answer is given up when its time is over', async () => {
    const { askIt } = await openFunction(0, {});
    expect(await askIt(50)).toEqual({
      outcome: 'unanswered',
      message: 'function check-restored gave no answer: not in time',
    });
  });
});
