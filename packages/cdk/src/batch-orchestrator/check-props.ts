import { checkEngineProps } from '../engine/check-engine-props';
import { checkBucket, checkList, checkNumber } from '../props/checks';
import { oneOf } from '../props/kinds';
import { type BatchOrchestratorProps, ResultsFormat } from './batch-orchestrator-props';

/** Throws where a prop is not of its kind or out of its range, with what is allowed. */
export function checkProps(props: BatchOrchestratorProps): void {
  checkEngineProps(props);
  checkNumber('maxTotalRecords', props.maxTotalRecords, { from: 1, why: 'rows of a dataset' });
  checkList('datasetBuckets', props.datasetBuckets, 'a list of buckets');
  for (const [i, bucket] of (props.datasetBuckets ?? []).entries()) checkBucket(`datasetBuckets[${i}]`, bucket);
  oneOf('resultsFormat', props.resultsFormat, ResultsFormat);
}
