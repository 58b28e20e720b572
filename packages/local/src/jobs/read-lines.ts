import type { Readable } from 'node:stream';

const NEWLINE = 0x0a;

/** The lines of a stream, a chunk of it at a time, split on `\n` bytes alone: U+2028 and `\r` stay in the text. */
export async function* readLines(body: Readable): AsyncGenerator<readonly Buffer[]> {
  let rest: Buffer[] = [];
  for await (const chunk of body as AsyncIterable<Buffer>) {
    const lines: Buffer[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      const piece = chunk.subarray(start, end);
      lines.push(rest.length === 0 ? piece : Buffer.concat([...rest, piece]));
      rest = [];
      start = end + 1;
    }
    if (lines.length > 0) yield lines;
    // A copy: the stream may use the chunk again.
    if (start < chunk.length) rest.push(Buffer.from(chunk.subarray(start)));
  }
  if (rest.length > 0) yield [Buffer.concat(rest)];
}
