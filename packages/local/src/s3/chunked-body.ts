import { S3Error } from './s3-error.ts';

/** The longest line between chunks: a size, a signature, or a trailer with a checksum. */
const MAX_LINE_BYTES = 16 * 1024;

const CR = 13;
const LF = 10;

/**
 * Takes `aws-chunked` bodies apart: `<hex size>[;chunk-signature=…]\r\n<bytes>\r\n … 0\r\n<trailer>: <value>\r\n … \r\n`
 * (Signature Version 4, "Transferring payload in multiple chunks", 2026-11). Signatures of chunks are read over, as
 * those of requests are. Nothing is gathered: the bytes are views of the chunks that came from the network.
 */
export async function* decodeChunked(body: AsyncIterable<Uint8Array>, trailers: Map<string, string>): AsyncGenerator<Uint8Array> {
  const source = body[Symbol.asyncIterator]();
  try {
    yield* decode(new Input(source), trailers);
  } finally {
    await source.return?.();
  }
}

async function* decode(input: Input, trailers: Map<string, string>): AsyncGenerator<Uint8Array> {
  for (;;) {
    const line = await input.line();
    const size = /^([0-9a-f]{1,8})(;[^;]*)*$/i.exec(line)?.[1];
    if (size === undefined) throw new S3Error('IncompleteBody', 'The chunk framing of the aws-chunked body is not valid.');
    const bytes = Number.parseInt(size, 16);
    if (bytes === 0) break;
    yield* input.bytes(bytes);
    if ((await input.line()) !== '')
      throw new S3Error('IncompleteBody', 'A chunk of the aws-chunked body is longer than it says.');
  }
  for (let line = await input.lastLine(); line !== ''; line = await input.lastLine()) {
    const at = line.indexOf(':');
    if (at > 0) trailers.set(line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim());
  }
}

/** Lines and counted bytes of an iterable of chunks. */
class Input {
  readonly #source: AsyncIterator<Uint8Array>;
  #chunk: Uint8Array = new Uint8Array(0);
  #at = 0;

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source;
  }

  async *bytes(count: number): AsyncGenerator<Uint8Array> {
    for (let left = count; left > 0; ) {
      if (this.#at === this.#chunk.length && !(await this.#advance())) throw new S3Error('IncompleteBody');
      const end = Math.min(this.#chunk.length, this.#at + left);
      left -= end - this.#at;
      const piece = this.#chunk.subarray(this.#at, end);
      this.#at = end;
      yield piece;
    }
  }

  async line(): Promise<string> {
    const line = await this.#read();
    if (line === undefined) throw new S3Error('IncompleteBody');
    return line;
  }

  /** A line, or '' at the end: some clients leave out the last line break. */
  async lastLine(): Promise<string> {
    return (await this.#read()) ?? '';
  }

  async #read(): Promise<string | undefined> {
    let line = '';
    for (;;) {
      if (this.#at === this.#chunk.length && !(await this.#advance())) return line === '' ? undefined : line;
      const end = this.#chunk.indexOf(LF, this.#at);
      const stop = end < 0 ? this.#chunk.length : end;
      line += Buffer.from(this.#chunk.buffer, this.#chunk.byteOffset + this.#at, stop - this.#at).toString('latin1');
      if (line.length > MAX_LINE_BYTES) throw new S3Error('IncompleteBody', 'A line of the aws-chunked body is too long.');
      this.#at = end < 0 ? stop : stop + 1;
      if (end >= 0) return line.charCodeAt(line.length - 1) === CR ? line.slice(0, -1) : line;
    }
  }

  async #advance(): Promise<boolean> {
    const next = await this.#source.next();
    if (next.done === true) return false;
    this.#chunk = next.value;
    this.#at = 0;
    return true;
  }
}
