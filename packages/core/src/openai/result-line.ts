import type { ChatReply } from '../model/index.ts';
import type { AnsweredLine, MissingReason, OpenAiBody, OpenAiResult, RecordAnswer, RejectedLine } from './answer.ts';
import { chatCompletion, textCompletion } from './completion-object.ts';
import { embeddingList } from './embedding-list.ts';
import { type AnswerFailure, errorBody, failureOfReply, statusOf } from './failure.ts';
import { responseObject } from './response-object.ts';

const MISSING: Readonly<Record<MissingReason, string>> = {
  batch_expired: 'the batch ran out of time before this request was answered',
  batch_cancelled: 'the batch was stopped before this request was answered',
  record_missing: 'the batch ended, and its output has no line for this request',
};

/**
 * The one line of the output, or of the errors, for an input line whose records became `answers`, in the order of its requests.
 * All of them have to be answered: one that is not makes the line an error. The same is written for the same, whenever it is.
 */
export function openAiResult(line: AnsweredLine, answers: readonly RecordAnswer[]): OpenAiResult {
  const missing = answers.length === 0 ? 'record_missing' : answers.find((each) => each.kind === 'missing')?.reason;
  const failure = failureAmong(line, answers);
  if (failure !== undefined) return failed(line, failure);
  if (missing !== undefined) {
    const error = { code: missing, message: MISSING[missing] };
    return { file: 'errors', line: { id: batchRequestId(line.recordId), custom_id: line.customId, response: null, error } };
  }
  const response = { status_code: 200, request_id: line.recordId, body: answerBody(line, answers) };
  return { file: 'output', line: { id: batchRequestId(line.recordId), custom_id: line.customId, response, error: null } };
}

/** The line of the errors for an input line that was never sent. */
export function openAiRejection({ customId, recordId, problems }: RejectedLine): OpenAiResult {
  const [first] = problems;
  const message = problems.map((each) => each.message).join('; ');
  const param = first?.path.replace(/^body\.?/, '');
  const failure = { code: first?.code ?? 'bad_value', message, ...(param ? { param } : {}) };
  return failed({ customId: customId ?? null, recordId }, failure, 400);
}

function failed(
  { customId, recordId }: { readonly customId: string | null; readonly recordId: string },
  failure: AnswerFailure,
  status = statusOf(failure.code),
): OpenAiResult {
  const response = { status_code: status, request_id: recordId, body: errorBody(failure, status) };
  const error = { code: failure.code, message: failure.message };
  return { file: 'errors', line: { id: batchRequestId(recordId), custom_id: customId, response, error } };
}

/** The first failure; how many others there are is said where one line has many records. */
function failureAmong(line: AnsweredLine, answers: readonly RecordAnswer[]): AnswerFailure | undefined {
  let first: AnswerFailure | undefined;
  let count = 0;
  for (const answer of answers) {
    const failure = failureOf(answer, line.endpoint === 'embeddings');
    if (failure === undefined) continue;
    first ??= failure;
    count += 1;
  }
  if (first === undefined || answers.length === 1) return first;
  return { ...first, message: `${count} of ${answers.length} requests of the line failed, the first with: ${first.message}` };
}

function failureOf(answer: RecordAnswer, wantsEmbedding: boolean): AnswerFailure | undefined {
  if (answer.kind === 'failed') return answer;
  if (answer.kind === 'missing') return undefined;
  if ((answer.kind === 'embedding') !== wantsEmbedding) {
    return { code: 'bad_output', message: `the model answered with ${answer.kind === 'embedding' ? 'a vector' : 'text'}` };
  }
  return answer.kind === 'reply' ? failureOfReply(answer.reply) : undefined;
}

function answerBody(line: AnsweredLine, answers: readonly RecordAnswer[]): OpenAiBody {
  if (line.endpoint === 'embeddings')
    return embeddingList(
      line,
      answers.filter((each) => each.kind === 'embedding'),
    );
  const replies: readonly ChatReply[] = answers.filter((each) => each.kind === 'reply').map((each) => each.reply);
  if (line.endpoint === 'chat') return chatCompletion(line, replies);
  return line.endpoint === 'completions' ? textCompletion(line, replies) : responseObject(line, replies[0]!);
}

function batchRequestId(recordId: string): string {
  return `batch_req_${recordId}`;
}
