import {
  BedrockClient,
  CreateModelInvocationJobCommand,
  type CreateModelInvocationJobCommandInput,
  GetModelInvocationJobCommand,
  paginateListModelInvocationJobs,
  StopModelInvocationJobCommand,
} from '@aws-sdk/client-bedrock';
import type { BatchService, BatchServiceFacts, JobQuery, JobSpec, JobView, VpcConfig } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { isNotFound, translateError } from '../translate-error.ts';
import { fence } from './create-fence.ts';
import { toJobView } from './job-view.ts';

/** How to reach Bedrock's control plane. */
export interface BedrockBatchServiceOptions extends ConnectionOptions {
  /** Overrides `BEDROCK_FACTS`, for a service whose clock is sped up. */
  readonly facts?: Partial<BatchServiceFacts>;
  /** Milliseconds since the epoch; default: the machine's clock. */
  readonly now?: () => number;
  /** Jobs of a page of List, 1 to 1,000; default 1,000. */
  readonly listPageJobs?: number;
}

/**
 * What is assumed of Bedrock where AWS documents nothing (2026-11): a token is trusted for a minute, since other AWS
 * services forget theirs after minutes; a signature is refused after five; List and output are given time to settle.
 */
export const BEDROCK_FACTS: BatchServiceFacts = {
  tokenTrustMs: 60_000,
  signatureMs: 300_000,
  listSettleMs: 120_000,
  outputSettleMs: 30 * 60_000,
};

/** Bedrock batch inference through the AWS SDK. */
export function createBedrockBatchService(options: BedrockBatchServiceOptions): BatchService & { destroy(): void } {
  const client = new BedrockClient(clientConfig(options, 10_000));
  const now = options.now ?? Date.now;

  return {
    facts: { ...BEDROCK_FACTS, ...options.facts },

    async create(spec, { notAfter, signal }) {
      const command = new CreateModelInvocationJobCommand(toRequest(spec));
      fence(command as never, notAfter, now);
      const deadline = AbortSignal.timeout(Math.max(1, notAfter - now()));
      try {
        const answer = await client.send(command, {
          abortSignal: signal ? AbortSignal.any([signal, deadline]) : deadline,
        });
        return { jobArn: answer.jobArn ?? '' };
      } catch (error) {
        throw translateError(deadline.aborted && !signal?.aborted ? timedOut(error) : error, 'CreateModelInvocationJob');
      }
    },

    async get(jobArn, o): Promise<JobView | undefined> {
      try {
        return toJobView(
          await client.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn }), { abortSignal: o?.signal }),
        );
      } catch (error) {
        if (isNotFound(error)) return undefined;
        throw translateError(error, 'GetModelInvocationJob');
      }
    },

    list: (query, o) => list(client, query, options.listPageJobs ?? LIST_PAGE, o?.signal),

    async stop(jobArn, o) {
      try {
        await client.send(new StopModelInvocationJobCommand({ jobIdentifier: jobArn }), { abortSignal: o?.signal });
      } catch (error) {
        throw translateError(error, 'StopModelInvocationJob');
      }
    },

    destroy: () => client.destroy(),
  };
}

/** A List page holds up to 1,000 jobs with their counters (Bedrock API reference, 2026-11). */
const LIST_PAGE = 1000;

async function* list(client: BedrockClient, query: JobQuery, maxResults: number, signal?: AbortSignal): AsyncIterable<JobView> {
  const pages = paginateListModelInvocationJobs(
    { client },
    {
      maxResults,
      sortBy: 'CreationTime',
      sortOrder: 'Descending',
      ...(query.submittedAfter === undefined ? {} : { submitTimeAfter: new Date(query.submittedAfter) }),
      ...(query.nameContains === undefined ? {} : { nameContains: query.nameContains }),
      ...(query.status === undefined ? {} : { statusEquals: query.status }),
    },
    { abortSignal: signal },
  );
  try {
    for await (const page of pages) for (const job of page.invocationJobSummaries ?? []) yield toJobView(job);
  } catch (error) {
    throw translateError(error, 'ListModelInvocationJobs');
  }
}

function toRequest(spec: JobSpec): CreateModelInvocationJobCommandInput {
  const owner = spec.bucketOwner === undefined ? {} : { s3BucketOwner: spec.bucketOwner };
  return {
    jobName: spec.jobName,
    clientRequestToken: spec.clientRequestToken,
    modelId: spec.modelId,
    roleArn: spec.roleArn,
    // The default is left out, so that a service that does not know the field yet takes the job too.
    ...(spec.invocationType === 'InvokeModel' ? {} : { modelInvocationType: spec.invocationType }),
    inputDataConfig: { s3InputDataConfig: { s3Uri: spec.inputUri, s3InputFormat: 'JSONL', ...owner } },
    outputDataConfig: {
      s3OutputDataConfig: {
        s3Uri: spec.outputUri,
        ...owner,
        ...(spec.outputKmsKeyId === undefined ? {} : { s3EncryptionKeyId: spec.outputKmsKeyId }),
      },
    },
    timeoutDurationInHours: spec.timeoutHours,
    ...(spec.vpcConfig === undefined ? {} : { vpcConfig: vpcOf(spec.vpcConfig) }),
    ...(spec.tags === undefined ? {} : { tags: Object.entries(spec.tags).map(([key, value]) => ({ key, value })) }),
  };
}

/** The SDK's own lists may be written to. */
function vpcOf({ subnetIds, securityGroupIds }: VpcConfig) {
  return { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
}

/** A call that the deadline cut off is not one that the caller cancelled. */
function timedOut(cause: unknown): Error {
  return Object.assign(new Error('no answer before the deadline', { cause }), { name: 'TimeoutError' });
}
