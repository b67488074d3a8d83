import { type Answer, toResponseError } from './answers.ts';
import { CinderProtocolError } from './errors.ts';

/** A list in which rows vanish faster than they can be read is given up. */
const MAX_STARTS = 4;
/** Ten million rows: a list that is longer has no end. */
const MAX_PAGES = 10_000;

/** Where a walk through pages has been, and where it can take up again when the row at its marker is gone. */
export interface MarkerTrail {
  /**
   * Notes the query that comes next and the ids of the page before it.
   *
   * @throws {CinderProtocolError} the walk was there already, or goes on for ever.
   */
  advance(query: string, ids: readonly string[]): void;
  /**
   * The marker to try instead of the one that is gone: rows of the page before, going back by 1, 2, 4, … rows; `undefined` is a fresh start.
   *
   * @throws {CinderResponseError} the given answer, after too many fresh starts.
   */
  retreat(answer: Answer): string | undefined;
}

export function createMarkerTrail(path: string): MarkerTrail {
  let visited = new Set<string>();
  let candidates: readonly string[] = [];
  let stepsBack = 1;
  let starts = 1;
  let pages = 0;
  return {
    advance(query, ids) {
      if (visited.has(query))
        throw new CinderProtocolError(`GET ${path}: the links between pages lead in a circle`);
      pages += 1;
      if (pages === MAX_PAGES) throw new CinderProtocolError(`GET ${path}: no end after ${pages} pages`);
      visited.add(query);
      candidates = ids;
      stepsBack = 1;
    },
    retreat(answer) {
      visited = new Set();
      const marker = candidates.at(-1 - stepsBack);
      stepsBack *= 2;
      if (marker !== undefined) return marker;
      if (starts === MAX_STARTS) throw toResponseError(answer);
      starts += 1;
      stepsBack = 1;
      candidates = [];
      return undefined;
    },
  };
}
