/** A piece of something that has so many bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

/**
 * The one range that a `Range` header asks for: `bytes=0-99`, `bytes=100-`, `bytes=-100`. An end beyond the last
 * byte is the last byte.
 *
 * @returns `undefined` when the header is not of that form, or begins beyond the end.
 * @see RFC 9110, section 14.1.2
 */
export function readRange(header: string, sizeBytes: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const offset = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes : Math.min(Number(last) + 1, sizeBytes);
  return offset < end ? { offset, length: end - offset } : undefined;
}

/** Where a `Content-Range: bytes 100-199/*` header says that a body belongs; `undefined` for another form. */
export function readContentRange(header: string): ByteRange | undefined {
  const [, first, last] = /^bytes (\d+)-(\d+)\/(?:\d+|\*)$/.exec(header.trim()) ?? [];
  if (first === undefined || last === undefined) return undefined;
  const length = Number(last) - Number(first) + 1;
  return length > 0 ? { offset: Number(first), length } : undefined;
}
