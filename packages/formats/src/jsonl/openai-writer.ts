import {
  type AnsweredLine,
  answerOf,
  BlockWriter,
  copyOf,
  type Family,
  type LineCopy,
  type ModelTraits,
  type ObjectInfo,
  type ObjectSink,
  type OnUnsupported,
  type OpenAiResult,
  type OutcomeSpans,
  openAiRejection,
  openAiResult,
  type RecordAnswer,
  type ResultRow,
  ResultStatus,
  type ResultWriter,
  type RowBatch,
  rowValue,
  translateLine,
} from '@batchrock/core';

/** What is known of a run whose rows are lines of an OpenAI batch file. */
export interface OpenAiWriterOptions {
  readonly family: Family;
  readonly traits: ModelTraits;
  readonly onUnsupported: OnUnsupported;
  /** Stands in every answer: the model's id as it was given. */
  readonly model: string;
  /** Stands in every answer: seconds since the epoch. */
  readonly created: number;
  /** What is said of lines that have no answer yet. */
  readonly open: 'batch_cancelled' | 'record_missing';
  /** Opens the errors file, which has the lines with an `error` alone; called when the first of them comes. Default: there is none. */
  readonly openErrors?: () => ObjectSink;
}

/** The code of ours for a record of which nothing came back. */
const NO_OUTPUT = 'no_output';

/**
 * Results as an OpenAI batch output: one line for each input line, in input order, under its `custom_id`; what has no answer has an
 * `error`, and stands in the errors file too. The records of a line that asked for several answers come together in one. For runs
 * whose rows are lines of an OpenAI batch file (`RunDocument.request.openai`).
 */
export function createOpenAiWriter(sink: ObjectSink, options: OpenAiWriterOptions): ResultWriter {
  return new OpenAiWriter(sink, options);
}

/** The records of one line, as far as they have come. */
interface Gathered {
  readonly line: AnsweredLine;
  readonly of: number;
  readonly answers: RecordAnswer[];
}

/** A line that is made, and those that it has yet to be written to. */
interface WaitingLine {
  readonly bytes: Uint8Array;
  readonly to: BlockWriter[];
}

class OpenAiWriter implements ResultWriter {
  readonly #out: BlockWriter;
  #errors: BlockWriter | undefined;
  readonly #options: OpenAiWriterOptions;
  readonly #encoder = new TextEncoder();
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  #waiting: WaitingLine | undefined;
  #gathered: Gathered | undefined;

  constructor(sink: ObjectSink, options: OpenAiWriterOptions) {
    this.#out = new BlockWriter(sink);
    this.#options = options;
  }

  begin(): void {}

  write(batch: RowBatch, row: number, result: ResultRow): boolean {
    if (!this.#flush()) return false;
    const value = rowValue(this.#decoder, batch, row);
    const copy = copyOf(value);
    if (this.#gathered !== undefined && (copy === undefined || copy.copy === 0)) {
      // the rows of the rest of it were left out: the line is told as far as it goes, and this row comes again
      this.#close();
      if (!this.#flush()) return false;
    }
    this.#take(value, copy, result);
    this.#flush();
    return true;
  }

  async drain(): Promise<void> {
    const { bytes, to } = this.#waiting ?? { bytes: undefined, to: [this.#out] };
    for (const writer of to) await writer.drain(bytes?.length ?? 0);
    this.#flush();
  }

  async finish(): Promise<ObjectInfo> {
    if (!this.#flush()) await this.drain();
    this.#close();
    if (!this.#flush()) await this.drain();
    // the errors first: who sees the output finds them beside it
    await this.#errors?.commit();
    return this.#out.commit();
  }

  async abort(): Promise<void> {
    await this.#errors?.abort();
    await this.#out.abort();
  }

  /** Writes what waits; false when it has no room. */
  #flush(): boolean {
    if (this.#waiting === undefined) return true;
    const { bytes, to } = this.#waiting;
    for (let first = to[0]; first !== undefined; first = to[0]) {
      if (!first.append(bytes, 0, bytes.length)) return false;
      to.shift();
    }
    this.#waiting = undefined;
    return true;
  }

  #put({ file, line }: OpenAiResult): void {
    const bytes = this.#encoder.encode(`${JSON.stringify(line)}\n`);
    const { openErrors } = this.#options;
    const to = [this.#out];
    if (file === 'errors' && openErrors !== undefined) to.push((this.#errors ??= new BlockWriter(openErrors())));
    this.#waiting = { bytes, to };
  }

  #take(value: unknown, copy: LineCopy | undefined, { status, outcome, recordId }: ResultRow): void {
    const { model, created } = this.#options;
    const id = String.fromCharCode(...recordId);
    const { read, problems } = translateLine(value, this.#options);
    if (status === ResultStatus.rejected || read.line === undefined) {
      const told = value !== undefined && problems.length > 0 ? problems : [{ path: '', ...this.#failure(outcome) }];
      this.#put(openAiRejection({ customId: read.customId, recordId: id, problems: told }));
      return;
    }
    const { customId, endpoint } = read.line;
    const answer = this.#answer(status, outcome);
    if (this.#gathered === undefined) {
      const encoding = read.line.endpoint === 'embeddings' ? read.line.encoding : undefined;
      const body = endpoint === 'responses' ? (value as { readonly body: unknown }).body : undefined;
      const line: AnsweredLine = { customId, endpoint, recordId: id, model, created, encoding, body };
      this.#gathered = { line, of: copy?.of ?? 1, answers: [] };
    }
    this.#gathered.answers.push(answer);
    if (copy === undefined || copy.copy === copy.of - 1) this.#close();
  }

  /** Makes the line of the records that have come. Where only some were asked for, what the others were is not known. */
  #close(): void {
    const { line, of, answers } = this.#gathered ?? { line: undefined, of: 0, answers: [] };
    this.#gathered = undefined;
    if (line === undefined) return;
    const isWhole = answers.length === of || answers.some((answer) => answer.kind === 'failed' || answer.kind === 'missing');
    if (isWhole) this.#put(openAiResult(line, answers));
  }

  #answer(status: ResultStatus, outcome: OutcomeSpans): RecordAnswer {
    if (status === ResultStatus.pending) return { kind: 'missing', reason: this.#options.open };
    if (status === ResultStatus.succeeded) {
      const output = JSON.parse(this.#text(outcome, outcome.valueStart, outcome.valueEnd)) as string;
      return answerOf(this.#options.family, JSON.parse(output));
    }
    const { code, message } = this.#failure(outcome);
    return code === NO_OUTPUT ? { kind: 'missing', reason: 'record_missing' } : { kind: 'failed', code, message };
  }

  #failure(outcome: OutcomeSpans): { readonly code: string; readonly message: string } {
    return {
      code: this.#string(outcome, outcome.codeStart, outcome.codeEnd),
      message: this.#string(outcome, outcome.messageStart, outcome.messageEnd),
    };
  }

  #string(outcome: OutcomeSpans, start: number, end: number): string {
    return JSON.parse(`"${this.#text(outcome, start, end)}"`) as string;
  }

  #text({ bytes }: OutcomeSpans, start: number, end: number): string {
    return this.#decoder.decode(bytes.subarray(start, end));
  }
}
