import type {
  Experimental_BatchV4 as BatchV4,
  Experimental_BatchV4ItemResult as BatchV4ItemResult,
  Experimental_BatchV4StartOptions as BatchV4StartOptions,
  Experimental_BatchV4StartResult as BatchV4StartResult,
} from '@ai-sdk/provider';
import { InputError, StateError } from '@batchrock/core';
import type { Question } from '../request/request.ts';
import type { OutputLine } from '../sdk/batch/index.ts';
import { openSession, type RunStatus, type Session, type SessionOptions } from '../sdk/index.ts';
import { itemOf } from './item-result.ts';
import { requestLine } from './request-line.ts';
import { batchView } from './run-view.ts';
import { startWarnings } from './start-warnings.ts';

/** Where batches run, and how; what is absent comes from the environment, as for every command. Without a bucket: the local Bedrock. */
export interface BatchProviderOptions
  extends Pick<
      Question,
      | 'bucket'
      | 'outputBucket'
      | 'prefix'
      | 'roleArn'
      | 'region'
      | 'profile'
      | 'endpointUrl'
      | 'localSpeed'
      | 'family'
      | 'catalogue'
      | 'recordsPerJob'
      | 'slots'
      | 'maxAttempts'
      | 'timeoutHours'
      | 'kmsKey'
      | 'bucketOwner'
      | 'subnets'
      | 'securityGroups'
      | 'tags'
    >,
    Pick<SessionOptions, 'stateDir' | 'env' | 'cwd' | 'onNotice'> {
  /** Another batch of requests that were sent before; default: the one that they have is found, and nothing is paid for twice. */
  readonly new?: boolean;
  /** USD: refuse a batch whose estimate is higher, and send no job that would carry it above. */
  readonly maxCostUsd?: number;
}

/** A provider of batches for the functions of the AI SDK. */
export interface BedrockBatchProvider extends BatchV4<{ readonly text: string }> {
  /** Stops the jobs of a batch; what they have answered is kept. */
  doCancelBatch: NonNullable<BatchV4['doCancelBatch']>;
  /** The batches of the ledger, newest first; also those that other programs or commands have begun from OpenAI lines. */
  doListBatches: NonNullable<BatchV4['doListBatches']>;
  /** Closes the ledger and its connections, and the local Bedrock where this process runs it. Batches go on; a later call opens it again. */
  close(): Promise<void>;
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** Batches listed at once where nobody says how many. */
const PAGE = 20;

/**
 * Bedrock's batch inference for `experimental_startBatch` of the package `ai` and its siblings: the interface `Experimental_BatchV4`
 * of `@ai-sdk/provider`. A batch is a run, its id the run's. All requests of a batch have one model; texts alone are made.
 */
export function bedrockBatch(options: BatchProviderOptions = {}): BedrockBatchProvider {
  const { stateDir, env, cwd, onNotice, ...asked } = options;
  let opening: Promise<Session> | undefined;
  const open = (): Promise<Session> => {
    opening ??= openSession({
      ...(stateDir !== undefined && { stateDir }),
      ...(env !== undefined && { env }),
      ...(cwd !== undefined && { cwd }),
      ...(onNotice !== undefined && { onNotice }),
    });
    return opening;
  };
  const close = async (): Promise<void> => {
    const session = opening;
    opening = undefined;
    await (await session)?.close();
  };
  return {
    specificationVersion: 'v4',
    provider: 'batchrock',
    // of all others the AI SDK fetches the bytes itself
    supportedUrls: { 'image/*': [/^s3:\/\//] },
    doStartBatch: async (start) => startBatch(await open(), asked, start),
    async doGetBatchStatus({ batchId, abortSignal }) {
      const { advanceRun } = await import('../sdk/submit.ts');
      const session = await open();
      return batchView(session, await advanceRun(session, batchId, followOf(abortSignal)));
    },
    doGetBatchResults: async ({ batchId, abortSignal }) => resultsOf(await open(), batchId, abortSignal),
    async doCancelBatch({ batchId, abortSignal }) {
      const { stop } = await import('../sdk/index.ts');
      await stop(await open(), batchId, { mode: 'stop', isLeft: true, ...followOf(abortSignal) });
      return {};
    },
    doListBatches: async ({ limit = PAGE, cursor }) => listBatches(await open(), limit, cursor),
    close,
    [Symbol.asyncDispose]: close,
  };
}

async function startBatch(
  session: Session,
  asked: Omit<BatchProviderOptions, keyof SessionOptions>,
  { requests, abortSignal, webhookUrl }: BatchV4StartOptions,
): Promise<BatchV4StartResult> {
  const texts = requests.map((request) => {
    if (request.type === 'text') return request;
    throw new InputError('BR-E0120', `request ${request.id} is for an image; only texts are made in a batch`);
  });
  const model = onlyModel(texts.map(({ modelId }) => modelId));
  const written = texts.map(requestLine);
  const question = { ...asked, model, inputFormat: 'openai', format: 'jsonl', onUnsupported: 'warn' } as const;
  const { keepLines } = await import('../sdk/batch/index.ts');
  const { submitRun } = await import('../sdk/submit.ts');
  const dataset = await keepLines(
    written.map(({ line }) => line),
    session.dir.spool,
  );
  const warnings = startWarnings({ ...question, dataset }, written);
  const status = await submitRun(session, { ...question, dataset }, { ...followOf(abortSignal), yes: true });
  if (webhookUrl !== undefined) warnings.push({ warning: { type: 'unsupported', feature: 'webhookUrl' } });
  return { batchId: status.run, warnings, ...(await batchView(session, status)) };
}

function onlyModel(models: readonly string[]): string {
  const [model, another] = new Set(models);
  if (model !== undefined && another === undefined) return model;
  throw new InputError('BR-E0127', `the requests are for ${new Set(models).size} models: ${[...new Set(models)].join(', ')}`, {
    hint: 'start a batch for each model: a job has one',
  });
}

async function resultsOf(
  session: Session,
  batchId: string,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<BatchV4ItemResult>> {
  const { advanceRun, isAtRest } = await import('../sdk/submit.ts');
  const status = await advanceRun(session, batchId, followOf(signal));
  if (!(await isAtRest(session, status))) {
    throw new StateError('BR-E0204', `the batch has not ended: run ${status.run} is ${status.state}`, {
      hint: 'ask getBatchStatus until it is completed',
      details: { run: status.run },
    });
  }
  const { resultRows } = await import('../sdk/result-rows.ts');
  const lines = resultRows<OutputLine>(session, status.run, { shape: 'openai', ...followOf(signal) });
  return new ReadableStream<BatchV4ItemResult>({
    async pull(controller) {
      const next = await lines.next();
      if (next.done) controller.close();
      else controller.enqueue(itemOf(next.value));
    },
    async cancel() {
      await lines.return();
    },
  });
}

async function listBatches(session: Session, limit: number, cursor: string | undefined) {
  const { readList } = await import('../sdk/index.ts');
  const runs: RunStatus[] = [];
  for (const status of await readList(session)) {
    const document = (await session.findHome(status.run))?.document;
    if (status.refused === undefined && document?.request.openai && document.model.task === 'text') runs.push(status);
  }
  const from = cursor === undefined ? 0 : runs.findIndex(({ run }) => run === cursor) + 1;
  const page = runs.slice(from, from + limit);
  const last = from + limit < runs.length ? page.at(-1) : undefined;
  const batches = await Promise.all(page.map(async (status) => ({ batchId: status.run, ...(await batchView(session, status)) })));
  return { batches, ...(last !== undefined && { nextCursor: last.run }) };
}

function followOf(signal: AbortSignal | undefined): { readonly signal?: AbortSignal } {
  return signal === undefined ? {} : { signal };
}
