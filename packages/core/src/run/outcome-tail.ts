import { RECORD_ID_LENGTH } from '../record/index.ts';

const HEAD = new TextEncoder().encode('{"id":"');

/** What an outcome line, `bytes[start..end)` without its line end, says behind its id: the same for every row that it is the outcome of. */
export function behindId(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.slice(start + HEAD.length + RECORD_ID_LENGTH, end);
}

/** The line, with its line end, that says this of a record. */
export function withId(id: string, tail: Uint8Array): Uint8Array {
  const line = new Uint8Array(HEAD.length + RECORD_ID_LENGTH + tail.length + 1);
  line.set(HEAD);
  new TextEncoder().encodeInto(id, line.subarray(HEAD.length));
  line.set(tail, HEAD.length + RECORD_ID_LENGTH);
  line[line.length - 1] = 10;
  return line;
}
