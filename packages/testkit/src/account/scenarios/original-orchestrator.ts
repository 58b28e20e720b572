import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type AccountOptions, startAccount } from '../account.ts';
import type { JobsUsage } from '../bill/index.ts';
import { topics } from './orchestrator.ts';
import { OriginalOrchestratorStack } from './original-orchestrator-stack.ts';
import { endWithin } from './pass-until.ts';
import { usageDuring } from './run-usage.ts';
import { MODEL } from './scenario.ts';
import { synthesise } from './synthesise.ts';

/** An account with the stand-in of the original orchestrator. */
export interface OriginalOrchestrator {
  /** Runs so many jobs of so many records to their end, and tells what that has used. */
  run(jobs: number, recordsPerJob: number): Promise<JobsUsage>;
  close(): Promise<void>;
}

/** Opens an account of its own, since its functions hear of every job. Close it. */
export async function openOriginalOrchestrator(options: AccountOptions = {}): Promise<OriginalOrchestrator> {
  const account = await startAccount(options);
  const stack = await account.deploy(
    synthesise((app) => new OriginalOrchestratorStack(app, 'Original')),
    'Original',
  );
  const [bucket = ''] = stack.find('AWS::S3::Bucket');
  const [machine = ''] = stack.find('AWS::StepFunctions::StateMachine');
  const observed = { account, functions: stack.find('AWS::Lambda::Function'), ofQueues: [], ofSchedules: [] };
  return {
    async run(jobs, recordsPerJob) {
      const rows = jobs * recordsPerJob;
      const Key = `inputs/${rows}.csv`;
      await account.clients.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: topics(rows) }));
      const usage = await usageDuring(observed, async () => {
        const input = { s3_key: Key, job_name_prefix: `of-${rows}`, model_id: MODEL, max_records_per_job: recordsPerJob };
        const execution = await account.executions.start(machine, input);
        const { status, output, error, cause } = await endWithin(account, execution, 3_000);
        expect({ status, error, cause }).toEqual({ status: 'SUCCEEDED' });
        const { output_paths: paths } = output as { readonly output_paths: readonly { readonly rows: number }[] };
        expect(paths.map((path) => path.rows)).toEqual(Array.from({ length: jobs }, () => recordsPerJob));
        return execution;
      });
      expect(account.refusals()).toEqual([]);
      return { jobs, usage };
    },
    close: () => account.close(),
  };
}
