import { Duration, aws_stepfunctions as sfn } from 'aws-cdk-lib';

/** How long a state waits without a sign of life; the sweep gives one every five minutes. */
export const heartbeat = Duration.hours(1);

/** A task that no sweep gave a sign of life asks for its file again, under another token. Sweeps may be out for a day. */
export const silence: sfn.RetryProps = {
  errors: [sfn.Errors.HEARTBEAT_TIMEOUT],
  interval: Duration.seconds(1),
  maxAttempts: 24,
  backoffRate: 1,
};
