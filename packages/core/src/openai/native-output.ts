import { isBatchrockError } from '../errors/index.ts';
import { FAMILY_FAILED, type Family } from '../model/index.ts';
import type { OpenAiResult, RecordAnswer } from './answer.ts';
import { type Given, isObject, typeName } from './findings.ts';
import type { OpenAiEndpoint } from './line.ts';
import { openAiResult } from './result-line.ts';

/** What is known of a job's output file. */
export interface NativeOutput {
  readonly family: Family;
  readonly model: string;
  /** When the job ended, in seconds since 1970. */
  readonly created: number;
  /** Default: embeddings for a family that makes them, chat completions for all others. */
  readonly endpoint?: OpenAiEndpoint;
}

/** What a family reads in a parsed `modelOutput`, or why there is nothing to read. */
export function answerOf(family: Family, modelOutput: unknown): RecordAnswer {
  try {
    return readAnswer(family, modelOutput);
  } catch (error) {
    // a family of a user's project has failed on it
    if (!isBatchrockError(error) || error.code !== 'BR-E0132') throw error;
    return { kind: 'failed', code: FAMILY_FAILED, message: error.message };
  }
}

function readAnswer(family: Family, modelOutput: unknown): RecordAnswer {
  if (family.task === 'embedding') {
    const answer = family.answer(modelOutput);
    if (answer?.embedding !== undefined)
      return { kind: 'embedding', embedding: answer.embedding, inputTokens: answer.inputTokens };
  } else {
    const reply = family.reply?.(modelOutput);
    if (reply !== undefined) return { kind: 'reply', reply };
  }
  return { kind: 'failed', code: 'bad_output', message: `not an answer of the family ${family.name}: ${typeName(modelOutput)}` };
}

/**
 * Makes a line of an OpenAI batch output file from a parsed line of a job's output; the record's id is its custom_id. Undefined for
 * what is no such line.
 */
export function openAiFromNative(value: unknown, output: NativeOutput): OpenAiResult | undefined {
  if (!isObject(value) || typeof value['recordId'] !== 'string') return undefined;
  const { recordId, modelOutput, error } = value;
  const { family, model, created } = output;
  const endpoint = output.endpoint ?? (family.task === 'embedding' ? 'embeddings' : 'chat');
  const line = { customId: recordId, recordId, endpoint, model, created };
  const isAnswered = modelOutput !== undefined && modelOutput !== null;
  return openAiResult(line, [isAnswered ? answerOf(family, modelOutput) : failureOf(error)]);
}

/** `errorCode` is a number in the service's documentation and a text in its samples. */
function failureOf(error: Given): RecordAnswer {
  if (error === undefined || error === null) return { kind: 'missing', reason: 'record_missing' };
  const fields = isObject(error) ? error : {};
  const code = fields['errorCode'] ?? fields['code'];
  const message = fields['errorMessage'] ?? fields['message'];
  return {
    kind: 'failed',
    code: typeof code === 'number' || (typeof code === 'string' && code !== '') ? String(code) : 'bad_error',
    message: typeof message === 'string' ? message : typeof error === 'string' ? error : 'the service says no more',
  };
}
