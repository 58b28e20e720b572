import {
  type BedrockClient,
  CreateModelInvocationJobCommand,
  type CreateModelInvocationJobCommandInput,
  GetModelInvocationJobCommand,
  ListTagsForResourceCommand,
  paginateListModelInvocationJobs,
  StopModelInvocationJobCommand,
} from '@aws-sdk/client-bedrock';
import { type Job, jobFrom } from './job.ts';

/** Which job is looked for. */
export interface JobMark {
  readonly jobName: string;
  readonly clientRequestToken: string;
}

/** Bedrock's jobs. Errors keep the SDK's names. */
export interface Jobs {
  /** The ARN of the job, also when the same request made it before. */
  create(input: CreateModelInvocationJobCommandInput): Promise<string>;
  /** Undefined where there is no such job. */
  get(jobArn: string): Promise<Job | undefined>;
  /** The job of this name that was made by this request, by List. */
  find(mark: JobMark): Promise<Job | undefined>;
  /** Asks it to stop; nothing where it has ended or is gone. */
  stop(jobArn: string): Promise<void>;
  tags(jobArn: string): Promise<Readonly<Record<string, string>>>;
}

/** What Bedrock answers when there is nothing to stop: it has ended, is stopping, or does not exist. */
const NOTHING_TO_STOP = new Set(['ConflictException', 'ValidationException', 'ResourceNotFoundException']);

/** Jobs through the SDK. */
export function createJobs(client: BedrockClient): Jobs {
  return {
    create: async (input) => (await client.send(new CreateModelInvocationJobCommand(input))).jobArn ?? '',

    async get(jobArn) {
      try {
        return jobFrom(await client.send(new GetModelInvocationJobCommand({ jobIdentifier: jobArn })));
      } catch (error) {
        if (isNamed(error, 'ResourceNotFoundException')) return undefined;
        throw error;
      }
    },

    async find(mark) {
      for await (const page of paginateListModelInvocationJobs({ client }, { nameContains: mark.jobName, maxResults: 100 })) {
        for (const summary of page.invocationJobSummaries ?? []) {
          const job = jobFrom(summary);
          if (isThat(job, mark)) return job;
        }
      }
      return undefined;
    },

    async stop(jobArn) {
      try {
        await client.send(new StopModelInvocationJobCommand({ jobIdentifier: jobArn }));
      } catch (error) {
        if (!(error instanceof Error && NOTHING_TO_STOP.has(error.name))) throw error;
      }
    },

    async tags(jobArn) {
      const { tags = [] } = await client.send(new ListTagsForResourceCommand({ resourceARN: jobArn }));
      return Object.fromEntries(tags.map(({ key, value }) => [key ?? '', value ?? '']));
    },
  };
}

/** True when the job has the name and, where Bedrock says it, the token of the request. */
export function isThat(job: Job, mark: JobMark): boolean {
  const { jobName, clientRequestToken } = job;
  return jobName === mark.jobName && (clientRequestToken === undefined || clientRequestToken === mark.clientRequestToken);
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}
