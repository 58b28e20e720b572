import type { Job } from '../jobs/index.ts';

/** EventBridge's event of a job's change of state (User Guide, "Monitor batch inference jobs using EventBridge", 2026-11). */
export interface JobEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': 'Batch Inference Job State Change';
  readonly source: 'aws.bedrock';
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: {
    readonly version: '0.0';
    readonly accountId: string;
    readonly batchJobName: string;
    readonly batchJobArn: string;
    readonly batchModelId: string;
    readonly status: string;
    readonly failureMessage: string;
    readonly creationTime: string;
  };
}

const DATE = new Intl.DateTimeFormat('en-US', { dateStyle: 'medium', timeStyle: 'medium', timeZone: 'UTC' });

/** The event of a job's present state. The time of its creation is a text of US locale, as the service writes it. */
export function eventOf(job: Job, account: string, id: string): JobEvent {
  return {
    version: '0',
    id,
    'detail-type': 'Batch Inference Job State Change',
    source: 'aws.bedrock',
    account,
    time: `${new Date(job.modifiedAt).toISOString().slice(0, 19)}Z`,
    region: job.region,
    resources: [job.jobArn],
    detail: {
      version: '0.0',
      accountId: account,
      batchJobName: job.jobName,
      batchJobArn: job.jobArn,
      batchModelId: job.modelArn,
      status: job.status,
      failureMessage: job.message ?? '',
      // Newer ICU puts a narrow no-break space before AM and PM.
      creationTime: DATE.format(job.submittedAt).replace(/\u202f/g, ' '),
    },
  };
}
