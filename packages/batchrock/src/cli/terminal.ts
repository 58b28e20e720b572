import pico from 'picocolors';
import type { Log } from '../log/index.ts';
import type { Host, OutputStream } from './host.ts';
import { mayAsk, type OutputOptions, wantsColor, wantsLiveLine } from './output-options.ts';

/** Colours, or functions that change nothing. */
export type Paint = ReturnType<typeof pico.createColors>;

/** Live lines a second, at most. */
const LIVE_LINES_PER_SECOND = 10;

/** Back to the first column, and clear what stands there. */
const CLEAR_LINE = '\r\u001b[K';

/**
 * Where output goes: data to standard output, everything else to standard error. It owns the live line, so that a note
 * never lands in the middle of it.
 */
export class Terminal {
  readonly options: OutputOptions;
  /** Paints what goes to standard error. */
  readonly paint: Paint;
  /** Paints data meant for people on standard output. */
  readonly paintData: Paint;
  /** True when a live line is drawn; otherwise progress is one line a change. */
  readonly live: boolean;
  readonly canAsk: boolean;
  /** False when data is written into a file or a pipe. */
  readonly dataIsShown: boolean;
  /** Takes the place of standard error's lines for people, where they are asked for as JSON. */
  readonly log: Log | undefined;
  readonly #host: Host;
  readonly #now: () => number;
  #drawn = '';
  #drawnAt = Number.NEGATIVE_INFINITY;

  constructor(host: Host, options: OutputOptions, now: () => number, log?: Log) {
    this.log = log;
    this.options = options;
    this.#host = host;
    this.#now = now;
    this.paint = pico.createColors(wantsColor(options, host.env, host.stderr));
    this.paintData = pico.createColors(wantsColor(options, host.env, host.stdout));
    this.live = log === undefined && wantsLiveLine(options, host.env, host.stderr);
    this.canAsk = log === undefined && mayAsk(options, host);
    this.dataIsShown = host.stdout.isTTY === true;
  }

  /** Columns of the terminal; 80 where there is none, or where it does not say. */
  get width(): number {
    return this.#host.stderr.columns || 80;
  }

  /** Columns for tables; a file or a pipe gets whole lines. */
  get dataWidth(): number {
    return this.dataIsShown ? this.#host.stdout.columns || 80 : Number.POSITIVE_INFINITY;
  }

  /** Data, to standard output. Resolves when the stream has taken it. */
  async data(text: string | Uint8Array): Promise<void> {
    this.clear();
    try {
      await writeAll(this.#host.stdout, text);
    } catch (error) {
      const { storageError } = await import('../node/index.ts');
      throw storageError(error, 'write to standard output');
    }
  }

  /** One JSON document a line, to standard output. */
  json(document: unknown): Promise<void> {
    return this.data(`${JSON.stringify(document)}\n`);
  }

  /** A line about what is going on; not with `--quiet`. */
  note(line: string): void {
    if (this.log !== undefined) this.log('INFO', line.trim());
    else if (!this.options.quiet) this.warn(line);
  }

  /** A line that `-v` asks for. */
  detail(line: string): void {
    if (this.log !== undefined) this.log('DEBUG', line.trim());
    else if ((this.options.verbose ?? 0) > 0) this.warn(line);
  }

  /** A line that is always shown. */
  warn(line: string): void {
    if (this.log !== undefined) {
      this.log('WARN', line.trim());
      return;
    }
    const again = this.#drawn;
    this.clear();
    this.#host.stderr.write(`${line}\n`);
    if (again) this.#draw(again);
  }

  /** Draws the live line, at most ten times a second. `render` is called only when it is drawn. */
  draw(render: (width: number) => string): void {
    if (!this.live || this.#now() - this.#drawnAt < 1000 / LIVE_LINES_PER_SECOND) return;
    // One column stays free: a terminal that wraps at the last one would push the line down.
    this.#draw(render(this.width - 1));
  }

  /** Takes the live line away. */
  clear(): void {
    if (!this.#drawn) return;
    this.#host.stderr.write(CLEAR_LINE);
    this.#drawn = '';
    this.#drawnAt = Number.NEGATIVE_INFINITY;
  }

  /** The answer to a question. The caller has looked at `canAsk`. */
  ask(question: string): Promise<string> {
    this.clear();
    return this.#host.ask(question);
  }

  /** True when the answer is yes. The caller has looked at `canAsk`. */
  async confirm(question: string): Promise<boolean> {
    return /^y(es)?$/i.test((await this.ask(`${question} [y/N] `)).trim());
  }

  #draw(line: string): void {
    this.#host.stderr.write(CLEAR_LINE + line);
    this.#drawn = line;
    this.#drawnAt = this.#now();
  }
}

function writeAll(stream: OutputStream, text: string | Uint8Array): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
