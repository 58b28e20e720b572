import { expect, test } from 'vitest';
import { failedFiles } from './failures.mjs';

const OUTPUT = `
 FAIL   rest  packages/batchrock/src/commands/late-output.test.ts > what is left is sent again
AssertionError: expected 1 to be greater than 1
 \u001b[31mFAIL\u001b[39m  packages/testkit/src/account/scenarios/throttled.account.ts > a run > ends
 FAIL  packages/testkit/src/account/scenarios/throttled.account.ts > another
`;

test('files of failed tests are named once each, with and without a project and colours', () => {
  expect(failedFiles(OUTPUT)).toEqual([
    'packages/batchrock/src/commands/late-output.test.ts',
    'packages/testkit/src/account/scenarios/throttled.account.ts',
  ]);
});

test('what failed outside of a test is not run again', () => {
  expect(failedFiles(`${OUTPUT}\n⎯⎯ Unhandled Errors ⎯⎯\nError: exit`)).toEqual([]);
  expect(failedFiles('Tests  3 passed (3)')).toEqual([]);
});
