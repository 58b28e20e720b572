import type { JsonObject } from '@batchrock/core';
import { AnswerError, type Answerer, type BodyShape, type Reply } from '../answers/index.ts';
import { fateOfRecord, messageOfCode } from '../faults/index.ts';
import { hashText } from '../seeded.ts';
import { generatedRecordId, readEnvelope } from './envelope.ts';
import type { Job } from './job.ts';

/** What became of one record. */
export interface RecordResult {
  /** The output line without its line end; undefined when the record is left out of the output. */
  readonly line: string | undefined;
  readonly succeeded: boolean;
  /** Lines to write: 2 for a doubled one. */
  readonly copies: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Answers one input line for a job, at once where the answerer does. Never rejects: what fails is an error in the output. */
export function answerRecord(
  bytes: Buffer,
  ordinal: number,
  job: Job,
  shape: BodyShape,
  answerer: Answerer,
  signal: AbortSignal,
): RecordResult | Promise<RecordResult> {
  const envelope = readEnvelope(bytes);
  if (typeof envelope === 'string') return failed(generatedRecordId(ordinal), {}, 400, `The record ${envelope}.`);
  const { modelInput } = envelope;
  const recordId = envelope.recordId ?? generatedRecordId(ordinal);
  const fate = fateOfRecord(job.faults, job.jobName, recordId, bytes);
  if (fate.missing) return LEFT_OUT;
  if (fate.errorCode > 0) return failed(recordId, modelInput, fate.errorCode, messageOfCode(fate.errorCode));
  const copies = fate.double ? 2 : 1;
  try {
    const question = shape.read(modelInput, job.baseModelId);
    const answered = (reply: Reply): RecordResult => {
      const id = hashText(`${job.jobId}/${recordId}`).toString(36).padStart(8, '0');
      return succeeded(job, recordId, modelInput, shape.write(modelInput, question, reply, id), reply, copies);
    };
    const reply = answerer.answer(question, signal);
    if (!(reply instanceof Promise)) return answered(reply);
    return reply.then(answered).catch((error: unknown) => refused(recordId, modelInput, error));
  } catch (error) {
    return refused(recordId, modelInput, error);
  }
}

const LEFT_OUT: RecordResult = { line: undefined, succeeded: false, copies: 0, inputTokens: 0, outputTokens: 0 };

function succeeded(
  job: Job,
  recordId: string,
  modelInput: JsonObject,
  modelOutput: JsonObject,
  reply: Reply,
  copies: number,
): RecordResult {
  // The order of the keys is not fixed in the service's output; here it differs from job to job.
  const idFirst = (job.jobId.charCodeAt(0) & 1) === 0;
  const line = JSON.stringify(idFirst ? { recordId, modelInput, modelOutput } : { modelInput, modelOutput, recordId });
  const outputTokens = reply.kind === 'text' ? reply.outputTokens : 0;
  return { line, succeeded: true, copies, inputTokens: reply.inputTokens, outputTokens };
}

function refused(recordId: string, modelInput: JsonObject, error: unknown): RecordResult {
  if (error instanceof AnswerError) return failed(recordId, modelInput, error.status, error.message);
  return failed(recordId, modelInput, 500, `The record could not be processed: ${String(error)}`);
}

function failed(recordId: string, modelInput: JsonObject, errorCode: number, errorMessage: string): RecordResult {
  const line = JSON.stringify({ recordId, modelInput, error: { errorCode, errorMessage } });
  return { line, succeeded: false, copies: 1, inputTokens: 0, outputTokens: 0 };
}
