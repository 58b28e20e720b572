import type { BatchQueueProps } from '@batchrock/cdk';
import { aws_iam as iam } from 'aws-cdk-lib';
import { engineProps, importBucket } from './engine-props.ts';
import type { StackRecipe } from './recipe.ts';

/** The stack of `BatchQueue`. Without a model or a role, parameters of the template ask for them. */
export const queue: StackRecipe = {
  stackName: 'BatchrockQueue',
  description:
    'Batchrock: files put into a bucket become jobs of Amazon Bedrock batch inference, and their answers lie beside them',
  neededToDeploy: { modelId: '--model' },
  build({ constructs, app, imports, name, stackProps, values }) {
    const bucket = values.text('bucket');
    const role = values.text('bedrockRole');
    const props: BatchQueueProps = {
      ...engineProps(imports, values),
      bucket: bucket === undefined ? undefined : importBucket(imports, bucket),
      bucketName: values.text('bucketName'),
      modelId: values.text('modelId'),
      bedrockRole: role === undefined ? undefined : iam.Role.fromRoleArn(imports, 'BedrockRole', role),
      maxConcurrentFiles: values.number('maxConcurrentFiles'),
      dashboard: values.flag('dashboard'),
    };
    return new constructs.BatchQueueStack(app, name, { ...stackProps, ...given(props) });
  },
};

/** Only what was given: the stack tells a prop that is undefined from one that is absent nowhere, its construct may. */
function given(props: BatchQueueProps): BatchQueueProps {
  return Object.fromEntries(Object.entries(props).filter(([, value]) => value !== undefined));
}
