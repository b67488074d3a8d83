import { type Answer, expectStatus, readFault, readJson } from './answers.ts';
import { CinderProtocolError } from './errors.ts';
import { type Row, readList, readRow } from './fields.ts';
import { createMarkerTrail, type MarkerTrail } from './marker-trail.ts';
import type { CinderSession } from './session.ts';

/** `osapi_max_limit`: what is above it is cut to it without a word. */
const PAGE_ROWS = 1_000;

export interface Listing<Item> {
  /** `/backups/detail` */
  readonly path: string;
  /** Where the rows are: `backups`; the links are in `backups_links`. */
  readonly key: string;
  readonly filters: Readonly<Record<string, string | undefined>>;
  /** @throws {CinderProtocolError} a row of another shape. */
  readonly toItem: (row: unknown) => Item;
}

interface Page<Item> {
  readonly items: readonly Item[];
  /** Query of the next page; absent at the end. */
  readonly next?: Query;
}

type Query = Readonly<Record<string, string>>;

/**
 * Walks a list to its end, page by page, in the order of the cloud, each id once; at the end nothing is missing that was there from the
 * beginning to the end of the walk.
 *
 * A page begins after the row that its marker names, so a walk breaks when that row is deleted meanwhile (404): it is then taken up
 * again from an earlier row. After a fresh start rows may appear that are newer than those before them.
 *
 * @throws {CinderResponseError} any page failed.
 * @throws {CinderProtocolError} a page of another shape, or links that lead in a circle.
 * @see cinder/api/common.py ViewBuilder._get_collection_links
 */
export async function* listPages<Item extends { readonly id: string }>(
  session: CinderSession,
  listing: Listing<Item>,
): AsyncGenerator<readonly Item[]> {
  const first = { ...definedOf(listing.filters), limit: String(PAGE_ROWS) };
  const seen = new Set<string>();
  const trail = createMarkerTrail(listing.path);
  let query: Query | undefined = first;
  while (query !== undefined) {
    const answer = await session.call({ method: 'GET', path: listing.path, query, isPage: true });
    if (query.marker !== undefined && isMarkerGone(answer)) {
      query = withMarker(first, trail.retreat(answer));
      continue;
    }
    const page: Page<Item> = readPage(answer, listing, first);
    const fresh = page.items.filter(({ id }) => !seen.has(id));
    for (const { id } of fresh) seen.add(id);
    if (fresh.length > 0) yield uniqueOf(fresh);
    query = advance(page, trail);
  }
}

function advance(page: Page<{ readonly id: string }>, trail: MarkerTrail): Query | undefined {
  if (page.next === undefined) return undefined;
  trail.advance(
    new URLSearchParams(page.next).toString(),
    page.items.map(({ id }) => id),
  );
  return page.next;
}

/** Of the link only the query counts (behind a proxy its host is an inner one), and it cannot lift our filters. */
function readPage<Item extends { readonly id: string }>(
  answer: Answer,
  { key, toItem, path }: Listing<Item>,
  first: Query,
): Page<Item> {
  expectStatus(answer, 200);
  const kind = `GET ${path}`;
  const body = readRow(readJson(answer), kind);
  const items = readList(body, key, kind).map(toItem);
  const link = readNextLink(body, `${key}_links`, kind);
  if (link !== undefined) {
    if (items.length === 0) throw new CinderProtocolError(`${kind}: an empty page links to a next one`);
    return { items, next: { ...link, ...first } };
  }
  const last = items.at(-1);
  // A full page has a link, always; without it the rest would be lost silently.
  if (last !== undefined && items.length >= PAGE_ROWS) return { items, next: withMarker(first, last.id) };
  return { items };
}

function readNextLink(body: Row, field: string, kind: string): Query | undefined {
  if (body[field] === undefined || body[field] === null) return undefined;
  const next = readList(body, field, kind)
    .map((link) => readRow(link, `${kind}: ${field}`))
    .find(({ rel }) => rel === 'next');
  if (next === undefined) return undefined;
  const { href } = next;
  if (typeof href !== 'string' || !URL.canParse(href, 'http://relative')) {
    throw new CinderProtocolError(`${kind}: field ${field}: the next link has no usable href`);
  }
  return Object.fromEntries(new URL(href, 'http://relative').searchParams);
}

/** Cinder looks the marker's row up; where lists are cut in memory the answer is 400 "marker [id] not found". */
function isMarkerGone(answer: Answer): boolean {
  if (answer.status !== 404 && answer.status !== 400) return false;
  const { name, message } = readFault(answer);
  return answer.status === 404 ? name === 'itemNotFound' : /marker .*not found/i.test(message);
}

function withMarker(first: Query, marker: string | undefined): Query {
  return marker === undefined ? first : { ...first, marker };
}

function definedOf(filters: Readonly<Record<string, string | undefined>>): Query {
  return Object.fromEntries(
    Object.entries(filters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Nothing in Cinder repeats a row within a page; a proxy that merges pages might. */
function uniqueOf<Item extends { readonly id: string }>(items: readonly Item[]): readonly Item[] {
  const ids = new Set(items.map(({ id }) => id));
  if (ids.size === items.length) return items;
  return items.filter(({ id }) => ids.delete(id));
}
