import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

const FRAME = /(file:\/\/\S+?\.mjs):(\d+):(\d+)/g;

/**
 * Puts the lines of the sources into an error's stack, and into those of its causes, where the bundle has a map beside it. Node could do this
 * by itself, but reads the maps at every cold start, whether or not anything fails.
 */
export function withSourcePositions(error: unknown): unknown {
  const maps = new Map<string, SourceMap | undefined>();
  for (let each = error; each instanceof Error; each = each.cause) {
    const text = each.stack ?? '';
    each.stack = text.replaceAll(FRAME, (frame, url: string, line: string, column: string) => {
      if (!maps.has(url)) maps.set(url, readMap(url));
      return toOriginal(maps.get(url), Number(line), Number(column)) ?? frame;
    });
  }
  return error;
}

function toOriginal(map: SourceMap | undefined, line: number, column: number): string | undefined {
  const origin = map?.findOrigin(line, column);
  return origin !== undefined && 'fileName' in origin
    ? `${origin.fileName}:${origin.lineNumber}:${origin.columnNumber}`
    : undefined;
}

/** A map that is missing or broken is no reason to fail otherwise than by the error itself. */
function readMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')));
  } catch {
    return undefined;
  }
}
