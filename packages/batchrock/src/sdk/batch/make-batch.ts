import { resolve } from 'node:path';
import { openLookingSession, openSession, type SessionOptions } from '../session.ts';
import { type Batch, createBatch, newBatchId } from './batch.ts';
import { type BatchKind, type BatchOptions, batchRequest } from './batch-options.ts';
import { type ChatResult, chatResult, type EmbeddingResult, embeddingResult } from './batch-results.ts';
import { checkRequests } from './check-requests.ts';
import { type BatchLine, keepLines, linesOf } from './request-file.ts';
import { loadBatch } from './saved-batch.ts';

/** A batch of conversations: see `Batch`. */
export type ChatCompletionBatch = Batch<ChatResult>;

/** A batch of texts that become vectors: see `Batch`. */
export type EmbeddingBatch = Batch<EmbeddingResult>;

/** How a batch that was kept is found: its requests and where they run are known. */
export type LoadOptions = Pick<SessionOptions, 'stateDir' | 'env' | 'cwd' | 'onNotice'>;

/** Fields of every request of a batch that is made of data, such as `max_tokens`. */
export type RequestFields = Readonly<Record<string, unknown>>;

/** Messages of one conversation, as the Chat Completions API has them. */
export type ChatMessages = readonly Readonly<Record<string, unknown>>[];

/**
 * A batch of the chat completions in a file of OpenAI's batch format, with or without `/v1` and `model`. Nothing is sent before
 * `start`. Throws for every option that is missing at once, and for every request that cannot be sent.
 */
export function chatCompletionBatch(file: string, options: BatchOptions): Promise<ChatCompletionBatch> {
  return batchOf('chat', file, options, chatResult);
}

/** The same for the embeddings in a file. */
export function embeddingBatch(file: string, options: BatchOptions): Promise<EmbeddingBatch> {
  return batchOf('embedding', file, options, embeddingResult);
}

/** Batches of conversations that are made of data, or were kept. */
export const ChatCompletionBatch = {
  /** One request for each conversation; `custom_id` is `request-` and its place, from 0. `fields` go into every body. */
  create: (data: Iterable<ChatMessages>, fields: RequestFields, options: BatchOptions): Promise<ChatCompletionBatch> =>
    batchOfData('chat', data, fields, options, chatResult),
  /** Whole lines of OpenAI's batch format. */
  createFromRequests: (requests: Iterable<BatchLine>, options: BatchOptions): Promise<ChatCompletionBatch> =>
    batchOfLines('chat', requests, options, chatResult),
  /** A batch that was saved, by its id; or one that was started, by the id of its run, whether it was saved or not. */
  load: (id: string, options: LoadOptions = {}): Promise<ChatCompletionBatch> => loaded('chat', id, options, chatResult),
} as const;

/** Batches of texts that are made of data, or were kept. */
export const EmbeddingBatch = {
  /** One request for each text; `custom_id` is `request-` and its place, from 0. `fields` go into every body. */
  create: (data: Iterable<string>, fields: RequestFields, options: BatchOptions): Promise<EmbeddingBatch> =>
    batchOfData('embedding', data, fields, options, embeddingResult),
  /** Whole lines of OpenAI's batch format. */
  createFromRequests: (requests: Iterable<BatchLine>, options: BatchOptions): Promise<EmbeddingBatch> =>
    batchOfLines('embedding', requests, options, embeddingResult),
  /** A batch that was saved, by its id; or one that was started, by the id of its run, whether it was saved or not. */
  load: (id: string, options: LoadOptions = {}): Promise<EmbeddingBatch> => loaded('embedding', id, options, embeddingResult),
} as const;

type ResultOf<Result> = (customId: string, body: RequestFields) => Result;

async function batchOf<Result>(
  kind: BatchKind,
  file: string,
  options: BatchOptions,
  resultOf: ResultOf<Result>,
): Promise<Batch<Result>> {
  const request = await batchRequest(kind, options);
  const session = sessionOf(options);
  const path = resolve(options.cwd ?? process.cwd(), file);
  await checkRequests(path, request, session);
  return createBatch({
    saved: { schema: 'batchrock.batch/1', id: newBatchId(), kind, file: path, request },
    session,
    resultOf,
  });
}

function batchOfData<Result>(
  kind: BatchKind,
  data: Iterable<unknown>,
  fields: RequestFields,
  options: BatchOptions,
  resultOf: ResultOf<Result>,
): Promise<Batch<Result>> {
  return batchOfLines(kind, linesOf(kind, data, fields), options, resultOf);
}

async function batchOfLines<Result>(
  kind: BatchKind,
  lines: Iterable<BatchLine>,
  options: BatchOptions,
  resultOf: ResultOf<Result>,
): Promise<Batch<Result>> {
  await batchRequest(kind, options);
  const { dir } = await openLookingSession(sessionOf(options));
  return batchOf(kind, await keepLines(lines, dir.spool), options, resultOf);
}

async function loaded<Result>(
  kind: BatchKind,
  id: string,
  options: LoadOptions,
  resultOf: ResultOf<Result>,
): Promise<Batch<Result>> {
  const session = await openSession(options);
  try {
    return createBatch({ saved: await loadBatch(session, kind, id), session: options, resultOf });
  } finally {
    await session.close();
  }
}

function sessionOf({ stateDir, env, cwd, onNotice }: BatchOptions): SessionOptions {
  return {
    ...(stateDir === undefined ? {} : { stateDir }),
    ...(env === undefined ? {} : { env }),
    ...(cwd === undefined ? {} : { cwd }),
    ...(onNotice === undefined ? {} : { onNotice }),
  };
}
