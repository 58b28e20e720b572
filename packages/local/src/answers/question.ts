import type { JsonObject } from '@batchrock/core';

/** What a request to a text model asks for, whatever the shape of its body was. */
export interface TextQuestion {
  readonly kind: 'text';
  readonly modelId: string;
  /** Empty when there is none. */
  readonly system: string;
  /** Every turn, oldest first; the last one is the user's. */
  readonly turns: readonly Turn[];
  /** Tokens; undefined when the request sets no limit. */
  readonly maxTokens?: number;
  readonly stopSequences: readonly string[];
  /** A JSON schema that the answer has to be by. */
  readonly schema?: JsonObject;
  /** Sampling parameters that an upstream server is told too. */
  readonly temperature?: number;
  readonly topP?: number;
}

/** One message of a conversation, its text blocks joined. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
}

/** What a request to an embedding model asks for. */
export interface EmbeddingQuestion {
  readonly kind: 'embedding';
  readonly modelId: string;
  readonly text: string;
  readonly dimensions: number;
  /** Scale to length 1. */
  readonly normalize: boolean;
}

export type Question = TextQuestion | EmbeddingQuestion;

/** Why a text ended: by itself, at the token limit, or at a stop sequence. */
export type TextEnd = 'end' | 'length' | 'stop';

/** The answer of a text model. */
export interface TextReply {
  readonly kind: 'text';
  readonly text: string;
  readonly end: TextEnd;
  /** Where `end` is `stop`. */
  readonly stopSequence?: string;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** The answer of an embedding model: `dimensions` numbers. */
export interface EmbeddingReply {
  readonly kind: 'embedding';
  readonly vector: readonly number[];
  readonly inputTokens: number;
}

export type Reply = TextReply | EmbeddingReply;

/** Something that answers questions. It may answer at once: a promise for each record would cost more than the answer. */
export interface Answerer {
  /** Throws or rejects with an `AnswerError` when there is no answer. */
  answer(question: Question, signal?: AbortSignal): Reply | Promise<Reply>;
  /** Most questions that may be open at once. */
  readonly concurrency: number;
}

/** The body of one request and its answer, in the shape of one family of models. */
export interface BodyShape {
  /** As in messages: `anthropic`, `nova`, … */
  readonly name: string;
  /** Reads a body; throws an `AnswerError` of code 400 in the service's words when the model would refuse it. */
  read(body: JsonObject, modelId: string): Question;
  /** The model's answer to that body. */
  write(body: JsonObject, question: Question, reply: Reply, id: string): JsonObject;
}

/** Why a record or a runtime call has no answer: the service's HTTP code and words. */
export class AnswerError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = 'AnswerError';
    this.status = status;
  }
}
