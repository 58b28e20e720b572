import { resolve } from 'node:path';
import { InputError, resolveModel } from '@batchrock/core';
import { isFamilyPath } from '../../node/index.ts';
import { catalogueFrom, withCatalogue } from '../../request/catalogue-file.ts';
import { familyOption, type WithOwnFamily, withOwnFamily } from '../../request/own-family.ts';
import type { Question, RunRequest } from '../../request/request.ts';
import type { SessionOptions } from '../session.ts';

/** What a batch answers: conversations, or texts with vectors. */
export type BatchKind = 'chat' | 'embedding';

/** What of a question may be said of a batch, beside its file and where it runs. */
type MoreOfQuestion = Pick<
  Question,
  | 'family'
  | 'invocationType'
  | 'catalogue'
  | 'onUnsupported'
  | 'fetchImages'
  | 'params'
  | 'recordsPerJob'
  | 'maxRecordsPerJob'
  | 'slots'
  | 'maxAttempts'
  | 'timeoutHours'
  | 'kmsKey'
  | 'bucketOwner'
  | 'subnets'
  | 'securityGroups'
  | 'tags'
  | 'prefix'
  | 'profile'
  | 'endpointUrl'
>;

/** How a batch is made, in LangBatch's words. Options go before the environment. */
export interface BatchOptions extends MoreOfQuestion, Pick<SessionOptions, 'stateDir' | 'env' | 'cwd' | 'onNotice'> {
  /** Only Bedrock is spoken to. */
  readonly provider: 'bedrock';
  /** Model id, cross-Region profile id or ARN; of every request, whatever its body says. */
  readonly model?: string;
  /** Default: `AWS_INPUT_BUCKET`. */
  readonly inputBucket?: string;
  /** Where Bedrock writes; may be the same. Default: `AWS_OUTPUT_BUCKET`. */
  readonly outputBucket?: string;
  /** Default: `AWS_REGION`. */
  readonly region?: string;
  /** ARN of the role that Bedrock takes on to read and write the buckets. Default: `AWS_SERVICE_ROLE`. */
  readonly serviceRole?: string;
  /** Another run of requests that were sent before; default: the run that they have is found, and nothing is paid for twice. */
  readonly new?: boolean;
  /** USD: refuse to start when the estimate is higher, and send no job that would carry the batch above it. */
  readonly maxCostUsd?: number;
}

/** Everything that has to be there, with the variable that may say it. */
const REQUIRED = [
  ['model', undefined],
  ['inputBucket', 'AWS_INPUT_BUCKET'],
  ['outputBucket', 'AWS_OUTPUT_BUCKET'],
  ['region', 'AWS_REGION'],
  ['serviceRole', 'AWS_SERVICE_ROLE'],
] as const;

type Required = Readonly<Record<(typeof REQUIRED)[number][0], string>>;

/** A batch as a run is asked for, without its file. Plain JSON. */
export type BatchRequest = Omit<RunRequest, 'dataset'>;

/** Throws `BR-E0112` naming all that is missing, and `BR-E0120` for a provider or a model that answers no such requests. */
export async function batchRequest(kind: BatchKind, options: BatchOptions): Promise<BatchRequest> {
  const { provider, stateDir: _, env: __, cwd: ___, onNotice: ____, ...asked } = options;
  if (provider !== 'bedrock') {
    throw new InputError('BR-E0120', `provider is ${JSON.stringify(provider)}; only "bedrock" is spoken to`, {
      hint: "give provider: 'bedrock'",
    });
  }
  const { model, inputBucket, outputBucket, region, serviceRole } = requireAll(options);
  const { inputBucket: _in, serviceRole: _role, ...more } = asked;
  // a batch may be loaded from any folder
  const cwd = options.cwd ?? process.cwd();
  const { family } = options;
  const placed = withCatalogue(
    { ...more, ...(family !== undefined && { family: isFamilyPath(family) ? resolve(cwd, family) : family }) },
    cwd,
  );
  checkTask(kind, model, await withOwnFamily(placed, cwd));
  return {
    ...placed,
    model,
    inputFormat: 'openai',
    format: 'jsonl',
    bucket: inputBucket,
    outputBucket,
    region,
    roleArn: serviceRole,
  };
}

function requireAll(options: BatchOptions): Required {
  const env = options.env ?? process.env;
  const found = REQUIRED.map(([name, variable]) => {
    const given = options[name] ?? (variable === undefined ? undefined : env[variable]);
    return [name, given === '' ? undefined : given] as const;
  });
  const missing = REQUIRED.filter((_, i) => found[i]?.[1] === undefined);
  if (missing.length === 0) return Object.fromEntries(found) as Required;
  const each = missing.map(([name, variable]) => (variable === undefined ? name : `${name} (${variable})`));
  throw new InputError('BR-E0112', `a batch on Bedrock needs ${each.join(', ')}`, {
    hint: 'give them as options, or set the variables of the environment',
    details: { missing: missing.map(([name]) => name) },
  });
}

function checkTask(kind: BatchKind, model: string, options: WithOwnFamily<Pick<BatchOptions, 'family' | 'catalogue'>>): void {
  const known = catalogueFrom(options.catalogue);
  const resolved = resolveModel(model, {
    ...familyOption(options),
    ...(known === undefined ? {} : { catalogue: known }),
  });
  const does: BatchKind = resolved.family.task === 'embedding' ? 'embedding' : 'chat';
  if (does === kind) return;
  const [is, use] =
    does === 'embedding' ? ['makes embeddings', 'embeddingBatch'] : ['answers conversations', 'chatCompletionBatch'];
  throw new InputError('BR-E0120', `${model} ${is}`, { hint: `use ${use}, or another model` });
}
