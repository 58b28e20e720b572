import type { LineSink } from '../log/index.ts';

/** The namespace in CloudWatch. */
const METRIC_NAMESPACE = 'Batchrock/BedrockBatchSfn';

/** Every metric of the event handler; all are counts. */
export type MetricName =
  | 'JobsEnded'
  | 'RecordsSucceeded'
  | 'RecordsFailed'
  | 'InputTokens'
  | 'OutputTokens'
  | 'JobsAbandoned'
  | 'EventsIgnored'
  | 'SweepAnswered';

/** Counts what happened. */
export type Metrics = (counts: Readonly<Partial<Record<MetricName, number>>>, status?: string) => void;

/**
 * Metrics in CloudWatch's embedded metric format (CloudWatch User Guide, 2026-11): a line of the log that CloudWatch counts.
 * Each stands under the name of the function, so that two stacks do not mix, and also under a job's status where there is one.
 */
export function createMetrics(functionName: string, write: LineSink, now: () => number): Metrics {
  return (counts, status) => {
    const Metrics = Object.keys(counts).map((Name) => ({ Name, Unit: 'Count' }));
    const Dimensions = status === undefined ? [['FunctionName']] : [['FunctionName'], ['FunctionName', 'Status']];
    const _aws = { Timestamp: now(), CloudWatchMetrics: [{ Namespace: METRIC_NAMESPACE, Dimensions, Metrics }] };
    write(JSON.stringify({ _aws, FunctionName: functionName, ...(status === undefined ? {} : { Status: status }), ...counts }));
  };
}
