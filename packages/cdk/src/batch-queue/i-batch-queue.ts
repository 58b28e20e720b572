import type { aws_lambda as lambda, aws_s3 as s3 } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** A queue of files, as those see it who put files into it. */
export interface IBatchQueue extends IConstruct {
  /** Where files are put, runs are kept and results are written. */
  readonly bucket: s3.IBucket;

  /** The function that checks files and writes the input of their jobs. */
  readonly takeFunction: lambda.Function;

  /** The function that writes the results of files. */
  readonly finishFunction: lambda.Function;

  /** The function that pauses, resumes, cancels, retries and enqueues files. */
  readonly changeFunction: lambda.Function;
}
