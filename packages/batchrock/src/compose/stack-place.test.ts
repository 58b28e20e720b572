import { expect, test } from 'vitest';
import { stackPlaceOf } from './stack-place.ts';

const ARN = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/Runs/4f1b0c3a-0000-0000-0000-000000000000';

test('a stack is named by the option, else by BATCHROCK_STACK; without a name the runs are this machine’s', () => {
  expect(stackPlaceOf({}, {})).toBeUndefined();
  expect(stackPlaceOf({}, { BATCHROCK_STACK: '' })).toBeUndefined();
  const env = { BATCHROCK_STACK: 'Env', AWS_REGION: 'us-west-2', AWS_PROFILE: 'work' };
  expect(stackPlaceOf({}, env)).toEqual({ name: 'Env', region: 'us-west-2', profile: 'work' });
  expect(stackPlaceOf({ stack: 'Runs', region: 'us-east-1', profile: 'mine', endpointUrl: 'http://h:1/' }, env)).toEqual({
    name: 'Runs',
    region: 'us-east-1',
    profile: 'mine',
    endpointUrl: 'http://h:1',
  });
  expect(stackPlaceOf({ stack: ARN }, {})).toEqual({ name: ARN, region: 'eu-west-1' });
});

test.each([
  [{ stack: 'a b', region: 'us-east-1' }, 'BR-E0120'],
  [{ stack: '1st', region: 'us-east-1' }, 'BR-E0120'],
  [{ stack: '', region: 'us-east-1' }, 'BR-E0120'],
  [{ stack: 'Runs' }, 'BR-E0112'],
  [{ stack: 'Runs', region: 'us-east-1', endpointUrl: 'here' }, 'BR-E0120'],
])('%j is refused by %s', (options, code) => {
  expect(() => stackPlaceOf(options, {})).toThrow(expect.objectContaining({ code }));
});
