import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';

/**
 * What passes by waiting, as the functions of an engine call it: a table or a store that throttles, or that is out for a while. They
 * have tried for seconds by then, and their time is paid for. A table on demand may refuse for minutes until it has grown.
 */
export const passing = {
  errors: ['BR-E0502', 'BR-E0503'],
  interval: Duration.seconds(5),
  backoffRate: 2,
  maxDelay: Duration.minutes(5),
  jitterStrategy: sfn.JitterType.FULL,
  maxAttempts: 15,
} satisfies sfn.RetryProps;
