import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type Faults,
  type JobEvent,
  type RoleOfJob,
  type S3Credentials,
  type ServiceClock,
  startLocalBedrock,
} from '@batchrock/local';

/** A job as the administration of the local Bedrock lists it, oldest first. */
export interface ListedJob {
  readonly jobId: string;
  readonly jobArn: string;
  readonly jobName: string;
  readonly clientRequestToken: string;
  readonly status: string;
  readonly message?: string;
  /** Milliseconds since the epoch, on the account's clock. */
  readonly submittedAt: number;
  readonly endedAt?: number;
  readonly inputUri: string;
  readonly outputUri: string;
}

/** Bedrock as the account has it: the local one, with its objects on the account's S3. */
export interface AccountBedrock {
  readonly url: string;
  /** Sets the faults that are named; the others stay. Jobs keep those that they were created under. */
  setFaults(faults: Partial<Faults>): Promise<void>;
  clearFaults(): Promise<void>;
  /** Every job that was ever created. */
  jobs(): Promise<readonly ListedJob[]>;
  close(): Promise<void>;
}

/** What Bedrock needs of the account. */
export interface AccountBedrockOptions {
  readonly clock: ServiceClock;
  /** The endpoint of S3, which judges what the role of a job may do. */
  readonly s3Url: string;
  readonly account: string;
  readonly region: string;
  /** The keys of a role that Bedrock has assumed for a job; a rejection where its trust policy does not let it. */
  readonly assumeRole: (job: RoleOfJob) => Promise<S3Credentials>;
  /** Takes each change of a job's state, as EventBridge has it. */
  readonly putEvent: (event: JobEvent) => Promise<void>;
  /** Open jobs of one model. Default 100, the service's quota. */
  readonly maxJobs?: number;
  /** Fewest records of a job. Default 100, the service's quota. */
  readonly minRecords?: number;
  /** Models that the catalogue does not have. */
  readonly extraModels?: readonly string[];
  readonly faults?: Partial<Faults>;
}

/** Memory that is a folder, on Linux. Each change of a job replaces its small file, for which a busy disk takes ten milliseconds. */
const MEMORY_FOLDER = '/dev/shm';

/** Starts Bedrock on the account's clock: a job takes the service's minutes and hours, and none when the clock is advanced. */
export async function startAccountBedrock(options: AccountBedrockOptions): Promise<AccountBedrock> {
  const { clock, s3Url: s3EndpointUrl, account, region, assumeRole, putEvent, ...settings } = options;
  const dir = mkdtempSync(join(existsSync(MEMORY_FOLDER) ? MEMORY_FOLDER : tmpdir(), 'account-bedrock-'));
  const server = await startLocalBedrock(
    { dir, account, region, s3EndpointUrl, speed: 1, ...settings },
    { clock, credentialsFor: assumeRole, onEvent: putEvent },
  );
  const administer = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${server.url}/_batchrock/${path}`, { method, ...(body && { body: JSON.stringify(body) }) });
    const answer = (await response.json()) as { readonly message?: string };
    if (!response.ok) throw new Error(`${method} ${path}: ${answer.message}`);
    return answer;
  };
  return {
    url: server.url,
    async setFaults(faults) {
      await administer('PUT', 'faults', faults);
    },
    async clearFaults() {
      await administer('DELETE', 'faults');
    },
    async jobs() {
      return ((await administer('GET', 'jobs')) as { readonly jobs: readonly ListedJob[] }).jobs;
    },
    async close() {
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
