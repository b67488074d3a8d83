import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cloud } from '../../lambdas/app/ports.ts';
import {
  backupRow,
  collect,
  fault,
  type Reply,
  type ScriptedCinder,
  startScriptedCinder,
} from '../support/scripted-cinder.ts';

const ID = String(backupRow(1).id);
let reply: Reply = {};
let cinder: ScriptedCinder;
let cloud: Cloud;
beforeAll(async () => {
  cinder = await startScriptedCinder({ cinder: () => reply });
  cloud = cinder.cloud();
});
afterAll(() => cinder.close());

/** Control characters, halves of pairs, other scripts, JSON and SQL, words of JavaScript itself. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)) }),
  fc.constantFrom(
    '__proto__',
    'constructor',
    'toString',
    'null',
    '',
    ' ',
    '\u0000',
    '\u202e\u2066',
    "'; DROP TABLE backups; --",
    '{"backups": []}',
    '\r\nX-Auth-Token: x',
  ),
);

describe('whatever stands in the texts of a row', () => {
  it('is taken as it is, and nothing else changes by it', async () => {
    const texts = fc.record({
      name: anyText,
      description: anyText,
      container: anyText,
      fail_reason: anyText,
    });
    await fc.assert(
      fc.asyncProperty(texts, fc.dictionary(anyText, anyText), async (given, metadata) => {
        const row = { ...backupRow(1), ...given, metadata };
        // As a text, so that a key "__proto__" is one of the JSON and of nothing else.
        reply = { text: JSON.stringify({ backups: [row] }), headers: { 'content-type': 'application/json' } };
        const [backup] = await collect(cloud.listBackups());
        expect(backup).toMatchObject({
          id: ID,
          status: 'available',
          sizeGib: 1,
          name: given.name,
          description: given.description,
        });
        expect(Object.entries(backup?.metadata ?? {}).toSorted()).toEqual(
          Object.entries(metadata).toSorted(),
        );
        expect(Object.getPrototypeOf(backup)).toBe(Object.prototype);
        expect(({} as Record<string, unknown>).polluted).toBeUndefined();
      }),
      { numRuns: 200 },
    );
  });

  it('is taken for a status only if it is one', async () => {
    const known = ['creating', 'available', 'deleting', 'error', 'error_deleting', 'restoring'];
    await fc.assert(
      fc.asyncProperty(
        anyText.filter((text) => text !== '' && !known.includes(text)),
        async (status) => {
          reply = { json: { backups: [backupRow(1, { status })] } };
          const [backup] = await collect(cloud.listBackups());
          expect(backup?.status).toBe('unknown');
        },
      ),
      { numRuns: 100 },
    );
  });

  it('reaches a message on one line, without control characters', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (message) => {
        reply = fault(403, 'forbidden', message);
        const error = await cloud.getBackup(ID).catch((thrown: unknown) => thrown);
        expect((error as Error).message).not.toMatch(/\p{Cc}|\p{Zl}|\p{Zp}/u);
        expect((error as Error).message.length).toBeLessThan(700);
      }),
      { numRuns: 200 },
    );
  });
});
