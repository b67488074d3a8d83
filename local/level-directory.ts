import { createRequire } from 'node:module';

/** Of dynalite's own LevelDB, only what is used here. */
interface Level {
  open(): Promise<void>;
  get(key: string): Promise<{ readonly TableStatus?: string } | undefined>;
  del(key: string): Promise<void>;
  close(): Promise<void>;
  keys(range: { readonly gte: string; readonly lt: string }): AsyncIterable<string>;
}

const requireFromDynalite = createRequire(createRequire(import.meta.url).resolve('dynalite'));
const { Level } = requireFromDynalite('level') as {
  readonly Level: new (path: string, options: { readonly valueEncoding: 'json' }) => Level;
};

const TABLES = { gte: 'table~', lt: 'table\x7f' };

/** A catalog's directory serves one process at a time. */
export class DirectoryInUseError extends Error {
  override readonly name = 'DirectoryInUseError';
}

/**
 * Sees that dynalite will be able to open the directory, as it would crash instead of saying why it is not. A table whose creation
 * a crash cut short is forgotten: it is empty, and dynalite would call it `CREATING` for ever.
 *
 * @throws {DirectoryInUseError} somebody has it open.
 */
export async function requireFreeDirectory(path: string): Promise<void> {
  const level = new Level(path, { valueEncoding: 'json' });
  try {
    await level.open();
  } catch (error) {
    throw toOpenError(path, error);
  }
  try {
    for await (const key of level.keys(TABLES)) {
      if ((await level.get(key))?.TableStatus === 'CREATING') await level.del(key);
    }
  } finally {
    await level.close();
  }
}

/** Says why a directory cannot be opened. */
export function toOpenError(path: string, error: unknown): Error {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED') {
    return new DirectoryInUseError(`open the catalog in ${path}: another process has it open`, {
      cause: error,
    });
  }
  const reason = cause instanceof Error ? cause.message : String(error);
  return new Error(`open the catalog in ${path}: ${reason}`, { cause: error });
}
