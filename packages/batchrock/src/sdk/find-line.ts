import type { ObjectStore } from '@batchrock/core';

const BLOCK_BYTES = 1 << 20;
const LINE_FEED = 0x0a;

/** The first or the last line of an object that begins with these bytes, its line feed left out; undefined when none does. */
export async function findLine(
  objects: ObjectStore,
  key: string,
  start: Uint8Array,
  which: 'first' | 'last' = 'first',
): Promise<Uint8Array | undefined> {
  const source = await objects.open(key);
  if (source === undefined) return undefined;
  try {
    let text = Buffer.alloc(0);
    let last: Uint8Array | undefined;
    const block = new Uint8Array(BLOCK_BYTES);
    for (;;) {
      const length = await source.readInto(block);
      text = Buffer.concat([text, block.subarray(0, length)]);
      const found = lineIn(text, start, length === 0, which);
      if (found !== undefined && which === 'first') return found;
      last = found ?? last;
      if (length === 0) return last;
      // what is left is the beginning of a line that has not been read to its end
      text = text.subarray(text.lastIndexOf(LINE_FEED) + 1);
    }
  } finally {
    await source.close();
  }
}

function lineIn(text: Buffer, start: Uint8Array, isEnd: boolean, which: 'first' | 'last'): Uint8Array | undefined {
  let last: Uint8Array | undefined;
  for (let at = text.indexOf(start); at >= 0; at = text.indexOf(start, at + 1)) {
    if (at > 0 && text[at - 1] !== LINE_FEED) continue;
    const end = text.indexOf(LINE_FEED, at);
    if (end < 0 && !isEnd) return last;
    const line = end < 0 ? text.subarray(at) : text.subarray(at, end);
    if (which === 'first') return line;
    last = line;
  }
  return last;
}
