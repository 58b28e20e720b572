import { expect, test } from 'vitest';
import { byLane, sumOfLanes } from './lanes-of-runs.ts';

const ARN = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc';
const run = (modelId: string, slots?: number) => ({ modelId, slots });

test('a model and its profiles are one lane, whatever stands between them', () => {
  const ids = ['us.amazon.nova-pro-v1:0', 'amazon.nova-lite-v1:0', 'amazon.nova-pro-v1:0', ARN, 'no id at all'];
  expect(byLane(ids.map((id) => run(id))).map((lane) => lane.map(({ modelId }) => modelId))).toEqual([
    ['us.amazon.nova-pro-v1:0', 'amazon.nova-pro-v1:0'],
    ['amazon.nova-lite-v1:0'],
    [ARN],
    ['no id at all'],
  ]);
});

test('what is of a lane counts once, and is unknown where one is', () => {
  const slots = ({ slots }: { readonly slots: number | undefined }) => slots;
  const runs = [run('us.amazon.nova-pro-v1:0', 100), run('amazon.nova-lite-v1:0', 20), run('amazon.nova-pro-v1:0', 100)];
  expect(sumOfLanes(runs, slots)).toBe(120);
  expect(sumOfLanes([...runs, run('amazon.nova-lite-v1:0')], slots)).toBeUndefined();
});
