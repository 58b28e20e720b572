import { TextDecoder } from 'node:util';
import {
  type Answer,
  emptyOutcomeSpans,
  encodeOutcome,
  type Family,
  isBatchrockError,
  type OutcomeSpans,
  type ResultRow,
  ResultStatus,
  type ResultWriter,
  readOutcome,
  recordId,
  resultNames,
} from '@batchrock/core';

/** What is said of an answer that was kept and has no text or vector in it. */
const NO_ANSWER = { code: 'bad_output', message: 'the answer has no text and no embedding in it' };

/** A writer for runs that keep whole outputs, which is given the text or the embedding in them, as it is for other runs. */
export function flatAnswers(writer: ResultWriter, family: Family): ResultWriter {
  const decoder = new TextDecoder();
  const outcome = emptyOutcomeSpans();
  const flat: ResultRow = { status: ResultStatus.succeeded, recordId: new Uint8Array(0), outcome };
  return {
    begin({ dialect, columns }) {
      const { task } = family;
      writer.begin({ dialect, columns, names: resultNames(columns, task === 'embedding' ? 'embedding' : 'response'), task });
    },
    write(batch, row, result) {
      if (result.status !== ResultStatus.succeeded) return writer.write(batch, row, result);
      const answer = readAnswer(family, wholeOutput(decoder, result.outcome));
      flat.recordId = result.recordId;
      flat.status = answer === undefined ? ResultStatus.failed : ResultStatus.succeeded;
      const line = outcomeLine(answer);
      readOutcome(line, 0, line.length - 1, outcome);
      return writer.write(batch, row, flat);
    },
    drain: () => writer.drain(),
    finish: () => writer.finish(),
    abort: () => writer.abort(),
  };
}

/** What a family of a user's project throws is no answer. */
function readAnswer(family: Family, modelOutput: unknown): Answer | undefined {
  try {
    return family.answer(modelOutput);
  } catch (error) {
    if (!isBatchrockError(error) || error.code !== 'BR-E0132') throw error;
    return undefined;
  }
}

/** The parsed `modelOutput`; the outcome has it as the text of a JSON string. */
function wholeOutput(decoder: TextDecoder, { bytes, valueStart, valueEnd }: OutcomeSpans): unknown {
  return JSON.parse(JSON.parse(decoder.decode(bytes.subarray(valueStart, valueEnd))) as string);
}

function outcomeLine(answer: Answer | undefined): Uint8Array {
  const id = recordId('00', 0);
  if (answer === undefined) return encodeOutcome({ id, status: 'failed', ...NO_ANSWER, retry: false });
  const { stopReason: stop, ...rest } = answer;
  const { text: response, ...tokens } = rest;
  return encodeOutcome({ id, status: 'succeeded', ...(response === undefined ? {} : { response }), ...tokens, stop });
}
