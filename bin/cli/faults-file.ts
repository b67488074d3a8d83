import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import { type FaultRule, faultRules } from '../../local/embedded-cloud/faults/faults.ts';
import { UsageError } from './usage-error.ts';

/**
 * Reads the faults of an embedded cloud, in JSON or YAML.
 *
 * @throws {UsageError} naming the file, the place in it, and what is wrong there.
 */
export function readFaultsFile(file: string): readonly FaultRule[] {
  const parsed = faultRules.safeParse(parseText(readText(file), file));
  if (parsed.success) return parsed.data;
  throw new UsageError(`${file}: is no list of faults:\n${z.prettifyError(parsed.error)}`, {
    cause: parsed.error,
  });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new UsageError(`${file}: cannot be read (${code}); it should be a list of faults in JSON or YAML`, {
      cause,
    });
  }
}

function parseText(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
    throw new UsageError(`${file}: is neither JSON nor YAML: ${why}`, { cause });
  }
}
