import { checkEngineProps } from '../engine/check-engine-props';
import { checkNumber, concurrencyRange } from '../props/checks';
import { has, refuse, refuseText } from '../props/kinds';
import type { BatchQueueProps } from './batch-queue-props';

/** Throws where a prop is not of its kind or out of its range, with what is allowed. */
export function checkProps(props: BatchQueueProps): void {
  checkEngineProps(props);
  checkNumber('maxConcurrentFiles', props.maxConcurrentFiles, concurrencyRange);
  if (props.bucket !== undefined && props.bucketName !== undefined) {
    refuseText('bucketName', 'the name of a new bucket, and bucket is given too', 'one of the two');
  }
  if (props.modelId !== undefined && typeof props.modelId !== 'string') {
    refuse('modelId', props.modelId, "a text, such as 'us.amazon.nova-pro-v1:0'");
  }
  if (props.bedrockRole !== undefined && !has(props.bedrockRole, 'grantPassRole')) {
    refuse('bedrockRole', props.bedrockRole, "an iam.IRole, such as iam.Role.fromRoleArn(this, 'BedrockRole', arn)");
  }
}
