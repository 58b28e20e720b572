import { Duration } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';
import type { BatchOrchestratorProps } from './batch-orchestrator-props';

/** What the context of an app and the environment of its synthesis say of an orchestrator. Throws where that is no number. */
export function contextOf(scope: IConstruct): BatchOrchestratorProps {
  const context = (key: string) => numberOf(`the context value ${key}`, scope.node.tryGetContext(key));
  const environment = (name: string) => numberOf(`the environment variable ${name}`, process.env[name]);
  const hours = context('bedrockBatchInferenceTimeoutHours');
  return {
    maxSubmittedAndInProgressJobs: context('maxSubmittedAndInProgressJobs'),
    bedrockBatchInferenceTimeout: hours === undefined ? undefined : Duration.hours(hours),
    preprocessFunctionMemoryMb: context('preprocessFunctionMemoryMb'),
    postprocessFunctionMemoryMb: context('postprocessFunctionMemoryMb'),
    maxRecordsPerJob: environment('MAX_RECORDS_PER_JOB'),
    maxTotalRecords: environment('MAX_TOTAL_RECORDS'),
  };
}

/** `--context key=value` gives texts, `cdk.json` numbers; an empty text counts as absent. */
function numberOf(name: string, value: unknown): number | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number)) return number;
  throw new Error(`${name} is ${JSON.stringify(value)}; give a whole number, or leave it out`);
}
