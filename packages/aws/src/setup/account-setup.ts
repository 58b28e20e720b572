import { IAMClient } from '@aws-sdk/client-iam';
import { S3Client } from '@aws-sdk/client-s3';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import type { CallOptions } from '@batchrock/core';
import { type ConnectionOptions, clientConfig } from '../client-options.ts';
import { translateError } from '../translate-error.ts';
import { bucketRemoval, bucketStep } from './bucket-steps.ts';
import { callerRemoval, callerStep } from './caller-steps.ts';
import { withKeys } from './find-keys.ts';
import { bucketsOf, needsAt, type SetupNeeds } from './needs.ts';
import { roleRemoval, roleStep } from './role-steps.ts';
import type { SetupStep } from './setup-step.ts';

/** Who asks. */
export interface CallerIdentity {
  readonly account: string;
  readonly partition: string;
  readonly arn: string;
}

/** An account that is to be made ready for runs. `close` it. */
export interface AccountSetup {
  /** Throws `BR-E0501` where there are no keys, or they are refused. */
  identity(options?: CallOptions): Promise<CallerIdentity>;
  /** The same needs with the keys that aliases stand for. Throws `BR-E0120` for an alias that its Region does not have. */
  withKeys(needs: SetupNeeds, options?: CallOptions): Promise<SetupNeeds>;
  /** What is missing, in the order in which it has to be made. Changes nothing. */
  plan(needs: SetupNeeds): Promise<readonly SetupStep[]>;
  /** What would be taken away, in the order in which it has to go. Changes nothing. */
  removal(needs: SetupNeeds): Promise<readonly SetupStep[]>;
  close(): void;
}

const IDLE_MS = 30_000;
const HINT = 'setting up needs the rights of an administrator: give a profile that has them, or hand on what --print gives';

/** Opens an account by the SDK's chain of credentials. */
export function openAccountSetup(options: ConnectionOptions): AccountSetup {
  const config = clientConfig(options, IDLE_MS);
  const clients = new Map<string, S3Client>();
  const s3In = (region: string): S3Client => {
    const known = clients.get(region);
    if (known !== undefined) return known;
    const client = new S3Client({ ...config, region, forcePathStyle: options.endpoint !== undefined });
    clients.set(region, client);
    return client;
  };
  const atBucket = (needs: SetupNeeds, bucket: string): readonly [S3Client, SetupNeeds, string] => {
    const there = needsAt(needs, bucket);
    return [s3In(there.region), there, bucket];
  };
  const iam = new IAMClient(config);
  const sts = new STSClient(config);
  const told = (steps: readonly SetupStep[]): readonly SetupStep[] =>
    steps.map((step) => ({ ...step, apply: () => translated(step.apply(), `set up ${step.resource} ${step.name}`) }));
  return {
    async identity({ signal } = {}) {
      const call = sts.send(new GetCallerIdentityCommand({}), { abortSignal: signal });
      const { Account = '', Arn = '' } = await translated(call, 'GetCallerIdentity');
      return { account: Account, partition: Arn.split(':')[1] ?? 'aws', arn: Arn };
    },
    withKeys: (needs, calls = {}) => translated(withKeys(options, needs, calls), 'look at the keys'),
    plan: (needs) =>
      translated(
        (async () => {
          const steps: SetupStep[] = [];
          for (const bucket of bucketsOf(needs)) steps.push(await bucketStep(...atBucket(needs, bucket)));
          return told([...steps, await roleStep(iam, needs), await callerStep(iam, needs)]);
        })(),
        `look at account ${needs.account}`,
      ),
    removal: (needs) =>
      translated(
        (async () => {
          const steps = [await callerRemoval(iam, needs), await roleRemoval(iam, needs)];
          for (const bucket of bucketsOf(needs)) steps.push(await bucketRemoval(...atBucket(needs, bucket)));
          return told(steps);
        })(),
        `look at account ${needs.account}`,
      ),
    close() {
      for (const client of clients.values()) client.destroy();
      iam.destroy();
      sts.destroy();
    },
  };
}

async function translated<T>(call: Promise<T>, what: string): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw translateError(error, what, HINT);
  }
}
