import { readFileSync } from 'node:fs';
import { ConfigError } from './errors.ts';

/** The text of the PEM file that a cloud of the config names. @throws {ConfigError} it cannot be read, or is none. */
export function readCertificates(file: string, cloud: string): string {
  const key = `clouds.${cloud}.ca`;
  const text = readText(file, key);
  if (text.includes('-----BEGIN CERTIFICATE-----')) return text;
  throw new ConfigError(file, [{ key, text: 'has no certificate in it; should be a PEM file' }]);
}

function readText(file: string, key: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
    throw new ConfigError(file, [{ key, text: `cannot be read (${code}); should be a PEM file` }], { cause });
  }
}
