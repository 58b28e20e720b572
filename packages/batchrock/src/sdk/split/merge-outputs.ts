import { BlockWriter, InvariantError, type ObjectSink } from '@batchrock/core';
import { fileLines } from '../../request/file-lines.ts';
import { modelsOfLines } from '../../request/split-lines.ts';
import type { SplitDataset } from './find-models.ts';

/** Where the outputs of several runs come together. */
export interface MergeInput {
  readonly dataset: Pick<SplitDataset, 'sources' | 'how' | 'others'>;
  /** The OpenAI batch output of each model's run, by model: a line for each of its lines, in their order. */
  readonly outputs: ReadonlyMap<string, string>;
  readonly output: ObjectSink;
  /** Opens the errors file when the first line without an answer comes; default: there is none. */
  readonly openErrors?: (() => ObjectSink) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (rows: number) => void;
}

/** How a line of an output ends that is no error. */
const ANSWERED = Buffer.from(',"error":null}\n');

/** Writes one output with a line for each line of the input, in its order. Gives their number. */
export async function mergeOutputs(input: MergeInput): Promise<number> {
  const { dataset, outputs, openErrors, signal, onProgress } = input;
  const readers = new Map([...outputs].map(([model, path]) => [model, fileLines(path)]));
  const output = new BlockWriter(input.output);
  let errors: BlockWriter | undefined;
  let rows = 0;
  try {
    for await (const models of modelsOfLines(dataset.sources, dataset.how, dataset.others, { signal })) {
      for (const model of models) {
        const next = await readers.get(model)?.next();
        if (next === undefined || next.done) throw new InvariantError(`the output of ${model} has no line for line ${rows + 1}`);
        const line = next.value;
        await put(output, line);
        if (openErrors !== undefined && !isAnswered(line)) await put((errors ??= new BlockWriter(openErrors())), line);
        rows += 1;
      }
      onProgress?.(rows);
    }
    for (const [model, reader] of readers) {
      if (!(await reader.next()).done) throw new InvariantError(`the output of ${model} has more lines than its input`);
    }
    await errors?.commit();
    await output.commit();
    return rows;
  } catch (error) {
    await errors?.abort();
    await output.abort();
    throw error;
  } finally {
    for (const reader of readers.values()) await reader.return(undefined);
  }
}

function isAnswered(line: Uint8Array): boolean {
  return ANSWERED.equals(line.subarray(-ANSWERED.length));
}

async function put(writer: BlockWriter, line: Uint8Array): Promise<void> {
  while (!writer.append(line, 0, line.length)) await writer.drain(line.length);
}
