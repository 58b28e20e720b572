import { InputError, rowValue, type Source } from '@batchrock/core';
import { storageError } from '../node/index.ts';
import type { DatasetOptions } from './dataset-files.ts';
import { linesFrom, type OpenAiScan } from './openai-lines.ts';
import { type PassOptions, rowBatches } from './row-batches.ts';
import { type KeptFile, SpoolFile } from './spool-file.ts';

/** The lines of one model, as a file of their own. */
export interface ModelLines extends KeptFile {
  readonly model: string;
  readonly lines: number;
}

/** The model of a parsed line; undefined where it names none, or cannot be read. */
export function modelOfLine(value: unknown): string | undefined {
  const body = field(value, 'body');
  const model = field(body, 'model');
  return typeof model === 'string' && model !== '' ? model : undefined;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

/**
 * The model of lines that name none: the one that was given. Without one, lines that could be sent are refused by `BR-E0127`; those
 * that cannot go with the first model, which tells what is wrong with them.
 */
export function modelOfOthers({ models, withoutModel }: OpenAiScan, given: string | undefined): string {
  const [first] = models.keys();
  if (given !== undefined) return given;
  if (first !== undefined && withoutModel === undefined) return first;
  const message =
    first === undefined || withoutModel === undefined ? 'no line names a model' : `no model is named ${linesFrom(withoutModel)}`;
  throw new InputError('BR-E0127', `${message}, and none is given for them`, { hint: 'give --model for lines without one' });
}

/** The model of each line, batch after batch, in their order. */
export async function* modelsOfLines(
  sources: readonly Source[],
  how: DatasetOptions,
  others: string,
  options: PassOptions = {},
): AsyncGenerator<readonly string[]> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for await (const batch of rowBatches(sources, how, options)) {
    yield Array.from({ length: batch.count }, (_, row) => {
      const value = batch.reject[row] === 0 ? rowValue(decoder, batch, row) : undefined;
      return modelOfLine(value) ?? others;
    });
  }
}

const LINE_END = new Uint8Array([0x0a]);

/** Writes the lines of each model into a file of the spool, byte for byte: the same lines are the same file. */
export async function splitLines(
  sources: readonly Source[],
  how: DatasetOptions,
  { spool, others, ...options }: PassOptions & { readonly spool: string; readonly others: string },
): Promise<readonly ModelLines[]> {
  const files = new Map<string, { readonly file: SpoolFile; lines: number }>();
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  try {
    for await (const batch of rowBatches(sources, how, options)) {
      for (let row = 0; row < batch.count; row++) {
        const model = modelOfLine(batch.reject[row] === 0 ? rowValue(decoder, batch, row) : undefined) ?? others;
        const known = files.get(model) ?? { file: await SpoolFile.begin(spool), lines: 0 };
        files.set(model, known);
        const line = batch.bytes.slice(batch.rowStart[row], batch.rowEnd[row]);
        await known.file.write(line);
        if (line.at(-1) !== 0x0a) await known.file.write(LINE_END);
        known.lines += 1;
      }
    }
    const kept: ModelLines[] = [];
    for (const [model, { file, lines }] of files) {
      await file.seal();
      kept.push({ model, lines, ...(await file.keep()) });
    }
    return kept;
  } catch (error) {
    options.signal?.throwIfAborted();
    throw storageError(error, 'keep the lines of each model in the state directory');
  } finally {
    for (const { file } of files.values()) await file.discard();
  }
}
