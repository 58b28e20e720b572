import type { BatchOrchestratorProps } from '@batchrock/cdk';
import { engineProps, importBucket } from './engine-props.ts';
import type { StackRecipe } from './recipe.ts';

/** The stack of `BatchOrchestrator`. */
export const orchestrator: StackRecipe = {
  stackName: 'BatchrockOrchestrator',
  description: 'Batchrock: whole datasets through Amazon Bedrock by batch inference, one execution of a state machine each',
  neededToDeploy: {},
  build({ constructs, app, imports, name, stackProps, values }) {
    const bucket = values.text('bucket');
    const props: BatchOrchestratorProps = {
      ...engineProps(imports, values),
      bucket: bucket === undefined ? undefined : importBucket(imports, bucket),
      datasetBuckets: values.list('datasetBuckets')?.map((each) => importBucket(imports, each)),
      maxTotalRecords: values.number('maxTotalRecords'),
      resultsFormat: values.text('resultsFormat') as BatchOrchestratorProps['resultsFormat'],
    };
    return new constructs.BatchOrchestratorStack(app, name, { ...stackProps, ...props });
  },
};
