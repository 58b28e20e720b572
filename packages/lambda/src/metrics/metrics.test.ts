import { expect, it } from 'vitest';
import { createMetrics } from './index.ts';

it('a metric is a line in the embedded format, under the function and under the status of a job', () => {
  const lines: unknown[] = [];
  const metrics = createMetrics(
    'f',
    (line) => lines.push(JSON.parse(line)),
    () => 9,
  );
  metrics({ JobsEnded: 1 }, 'Completed');
  metrics({ InputTokens: 2, OutputTokens: 3 });
  const Namespace = 'Batchrock/BedrockBatchSfn';
  expect(lines).toEqual([
    {
      _aws: {
        Timestamp: 9,
        CloudWatchMetrics: [
          {
            Namespace,
            Dimensions: [['FunctionName'], ['FunctionName', 'Status']],
            Metrics: [{ Name: 'JobsEnded', Unit: 'Count' }],
          },
        ],
      },
      FunctionName: 'f',
      Status: 'Completed',
      JobsEnded: 1,
    },
    {
      _aws: {
        Timestamp: 9,
        CloudWatchMetrics: [
          {
            Namespace,
            Dimensions: [['FunctionName']],
            Metrics: [
              { Name: 'InputTokens', Unit: 'Count' },
              { Name: 'OutputTokens', Unit: 'Count' },
            ],
          },
        ],
      },
      FunctionName: 'f',
      InputTokens: 2,
      OutputTokens: 3,
    },
  ]);
});
