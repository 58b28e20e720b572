import type { ChatReply } from '../model/index.ts';
import type { OpenAiEndpoint } from './line.ts';
import type { OpenAiProblem } from './problems.ts';

/** What became of one record of a line. */
export type RecordAnswer =
  | { readonly kind: 'reply'; readonly reply: ChatReply }
  /** `inputTokens` is undefined where the model tells none. */
  | { readonly kind: 'embedding'; readonly embedding: readonly number[]; readonly inputTokens?: number | undefined }
  /** The service's code or one of ours, such as `429`, `ValidationException` or `schema_mismatch`. */
  | { readonly kind: 'failed'; readonly code: string; readonly message: string }
  /** Sent, or to be sent, and never answered: its job was stopped or ran out of time, or the answer is simply not there. */
  | { readonly kind: 'missing'; readonly reason: MissingReason };

/** The codes of OpenAI for lines without an answer, and ours for one that nothing explains. */
export type MissingReason = 'batch_expired' | 'batch_cancelled' | 'record_missing';

/** What is known of an input line when its output line is written. */
export interface AnsweredLine {
  readonly customId: string;
  readonly endpoint: OpenAiEndpoint;
  /** Of the first of its records: other ids of the line are made from it. */
  readonly recordId: string;
  /** The model's id as the job has it. */
  readonly model: string;
  /** When the job ended, in seconds since 1970. */
  readonly created: number;
  /** Of an embedding; default `float`. */
  readonly encoding?: 'float' | 'base64' | undefined;
  /** The body that was asked with, parsed: a response repeats some of it. Default: its fields are said to be unset. */
  readonly body?: unknown;
}

/** A body of an answer or of an error, as OpenAI's API has it. */
export type OpenAiBody = object;

/** One line of an OpenAI batch output or error file. */
export interface OpenAiOutputLine {
  readonly id: string;
  /** As it was; null where the input line has none. */
  readonly custom_id: string | null;
  /** Null where there was no answer at all. */
  readonly response: { readonly status_code: number; readonly request_id: string; readonly body: OpenAiBody } | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

/** A line, and the file that it belongs to: `errors` is the one that a Batch names as `error_file_id`. */
export interface OpenAiResult {
  readonly file: 'output' | 'errors';
  readonly line: OpenAiOutputLine;
}

/** An input line that was never sent. */
export interface RejectedLine {
  readonly customId?: string | undefined;
  /** Distinct for each line: the ids are made from it. */
  readonly recordId: string;
  /** One at least. */
  readonly problems: readonly OpenAiProblem[];
}
