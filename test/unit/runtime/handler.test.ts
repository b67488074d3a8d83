import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { InvalidRequestError } from '../../../lambdas/app/request-error.ts';
import type { Run } from '../../../lambdas/app/run.ts';
import { type Container, createHandler, RunCutOffError } from '../../../lambdas/runtime/handler.ts';
import { followBackupsRequest } from '../../../lambdas/runtime/requests/follow-backups.ts';
import { aContainer, anInvocation } from '../../support/functions.ts';

const EVENT = { trigger: 'schedule' };

describe('a handler', () => {
  it('composes once per container', async () => {
    const compose = vi.fn(async () => aContainer());
    const handler = createHandler(followBackupsRequest, async () => 'done', compose);
    expect(compose).not.toHaveBeenCalled();
    expect(await handler(EVENT, anInvocation())).toBe('done');
    expect(await handler(EVENT, anInvocation())).toBe('done');
    expect(compose).toHaveBeenCalledTimes(1);
  });

  it('forgets a cold start that failed, and tries anew', async () => {
    const compose = vi.fn(async () => aContainer()).mockRejectedValueOnce(new Error('no network yet'));
    const handler = createHandler(followBackupsRequest, async () => 'done', compose);
    await expect(handler(EVENT, anInvocation())).rejects.toThrow('no network yet');
    expect(await handler(EVENT, anInvocation())).toBe('done');
  });

  it('refuses an event before it composes anything', async () => {
    const compose = vi.fn(async () => aContainer());
    const handler = createHandler(followBackupsRequest, async () => 'done', compose);
    await expect(handler({ trigger: 'schedule', dryrun: true }, anInvocation())).rejects.toThrow(
      InvalidRequestError,
    );
    expect(compose).not.toHaveBeenCalled();
  });

  it('gives the run a deadline that leaves time to report', async () => {
    const act = async (_request: unknown, run: Run) => run;
    const handler = createHandler(followBackupsRequest, act, async () => aContainer());
    // Of one that comes to the handler without any delay: a millisecond that went by would be missing.
    const invocation = { ...anInvocation(), getRemainingTimeInMillis: () => 900_000 };
    const { startedAt, deadlineAt } = await handler(EVENT, invocation);
    expect((deadlineAt?.getTime() ?? 0) - startedAt.getTime()).toBe(870_000);
  });

  it('cuts a run off that does not stop, so that it can still report', async () => {
    const cutOff = Promise.withResolvers<void>();
    const act = () => cutOff.promise.then(() => 'reported');
    const compose = async () => aContainer({ cutOff: () => cutOff.resolve() });
    const handler = createHandler(followBackupsRequest, act, compose);
    expect(await handler(EVENT, anInvocation({ remainingMs: 1_000 }))).toBe('reported');
  });

  it('gives a run up that does not even then, before Lambda would kill it', async () => {
    const act = () => new Promise<never>(() => {});
    const handler = createHandler(followBackupsRequest, act, async () => aContainer());
    const remainingMs = 1_000;
    const ended = handler(EVENT, anInvocation({ remainingMs })).catch((error: unknown) => error);
    expect(await Promise.race([ended, sleep(10_000, 'killed')])).toBeInstanceOf(RunCutOffError);
  });

  it('does not use a container again in which a run was cut off', async () => {
    const made: Container[] = [];
    const used: Container[] = [];
    const cutOff = Promise.withResolvers<void>();
    const handler = createHandler(
      followBackupsRequest,
      async (_request, _run, container) => {
        used.push(container);
        if (used.length === 1) await cutOff.promise;
      },
      async () => {
        const container = aContainer({ cutOff: () => cutOff.resolve() });
        made.push(container);
        return container;
      },
    );
    await handler(EVENT, anInvocation({ remainingMs: 500 }));
    await handler(EVENT, anInvocation());
    expect(made).toHaveLength(2);
    expect(used).toEqual(made);
  });
});
