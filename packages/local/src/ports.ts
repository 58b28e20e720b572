import type { ServiceClock } from './clock/index.ts';
import type { JobEvent } from './events/index.ts';
import type { RoleOfJob } from './role-of-job.ts';

/** Keys with which S3 is called. */
export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** What a program that starts the server in its own process may give it. Not for a worker thread: these are functions. */
export interface LocalBedrockPorts {
  /** The clock that jobs live by. Default: one of its own, which `POST /_batchrock/clock` advances too. */
  readonly clock?: ServiceClock;
  /** Takes every change of a job's state, beside `eventsUrl`; the faults of events apply. `clock.advance` waits for it. */
  readonly onEvent?: (event: JobEvent) => Promise<void> | void;
  /**
   * The keys with which a job reaches the S3 at `s3EndpointUrl`: those of its role. A rejection ends the job as Failed, with
   * its message. The server then leaves it to the validation of a job to see whether its buckets can be reached.
   */
  readonly credentialsFor?: (job: RoleOfJob) => Promise<S3Credentials>;
}
