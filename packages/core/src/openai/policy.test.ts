import { describe, expect, test } from 'vitest';
import type { Unsupported } from '../model/index.ts';
import { batchStatus } from './batch-status.ts';
import { pathInLine, refusedBy, UnsupportedCounts } from './policy.ts';

const of = (effect: Unsupported['effect'], path = 'seed'): Unsupported => ({ code: `c_${effect}`, path, message: 'm', effect });
const all = [of('changed'), of('left-out'), of('impossible')];

test.each([
  ['error', ['c_left-out', 'c_impossible']],
  ['warn', ['c_impossible']],
  ['drop', ['c_impossible']],
] as const)('the policy %s refuses %j', (policy, codes) => {
  expect(refusedBy(policy, all, 'chat').map(({ code }) => code)).toEqual(codes);
  expect(refusedBy(policy, [], 'chat')).toEqual([]);
});

test.each([
  ['messages[0].name', 'chat', 'body.messages[0].name'],
  ['', 'chat', 'body'],
  ['messages[2]', 'responses', 'body.input[2]'],
  ['max_tokens', 'responses', 'body.max_output_tokens'],
  ['max_tokens', 'chat', 'body.max_tokens'],
  ['response_format', 'responses', 'body.text.format'],
  ['response_format.json_schema', 'responses', 'body.text.format.json_schema'],
  ['reasoning_effort', 'responses', 'body.reasoning.effort'],
  ['max_tokens_of_mine', 'responses', 'body.max_tokens_of_mine'],
] as const)('%s of a line of %s is at %s', (path, endpoint, place) => {
  expect(pathInLine(path, endpoint)).toBe(place);
});

describe('counts of what was let pass', () => {
  test('are by code and place, whatever the index, the most frequent first', () => {
    const counts = new UnsupportedCounts();
    counts.add(of('left-out'), 'chat', 1);
    for (let i = 0; i < 5; i++) counts.add(of('changed', `messages[${i}].content[${i}]`), 'chat', i + 2);
    expect(counts.list()).toEqual([
      { code: 'c_changed', path: 'body.messages[].content[]', message: 'm', effect: 'changed', count: 5, firstLine: 2 },
      { code: 'c_left-out', path: 'body.seed', message: 'm', effect: 'left-out', count: 1, firstLine: 1 },
    ]);
  });
});

test.each([
  ['Submitted', 'validating'],
  ['Validating', 'validating'],
  ['Scheduled', 'in_progress'],
  ['InProgress', 'in_progress'],
  ['Completed', 'completed'],
  ['PartiallyCompleted', 'completed'],
  ['Failed', 'failed'],
  ['Stopping', 'cancelling'],
  ['Stopped', 'cancelled'],
  ['Expired', 'expired'],
] as const)('a job that is %s is a batch that is %s', (state, status) => {
  expect(batchStatus(state)).toBe(status);
});

test('a batch whose results are not collected yet is finalizing', () => {
  expect(batchStatus('Completed', false)).toBe('finalizing');
  expect(batchStatus('Failed', false)).toBe('failed');
});
