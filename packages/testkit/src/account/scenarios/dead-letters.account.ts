import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect, test } from 'vitest';
import { useScenario } from './scenario.ts';

const scenario = useScenario();

test('what fails all the same lies in the dead-letter queue and rings, and the sweep mends it', async () => {
  const { account } = scenario;
  expect(await account.alarms.ringing()).toEqual([]);
  const execution = await scenario.start('unseen');
  await scenario.jobs('unseen');
  await account.bedrock.setFaults({ throttle: { GetModelInvocationJob: 1 } });
  await scenario.passUntil(async () => (await ringing()).includes('dead letters'), 30);
  await scenario.passUntil(async () => (await ringing()).includes('errors'), 30);
  const letters = await deadLetters();
  const ofEvents = letters.filter((letter) => JSON.stringify(letter['requestPayload']).includes('batchJobName'));
  expect(ofEvents[0]).toMatchObject({
    requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 3 },
    requestPayload: { source: 'aws.bedrock', detail: { batchJobName: expect.stringMatching(/^unseen/), status: 'Completed' } },
    responsePayload: { errorType: expect.any(String) },
  });
  expect(await account.executions.look(execution)).toBeUndefined();
  await account.bedrock.clearFaults();
  expect(await scenario.end(execution, 20)).toMatchObject({ status: 'SUCCEEDED', output: [{ status: 'Completed' }] });
  await scenario.pass(20);
  expect(await ringing()).not.toContain('errors');
});

/** Which of the two alarms ring: on what lies in the queue, and on a handler that fails time after time. */
async function ringing(): Promise<readonly string[]> {
  const names = await scenario.account.alarms.ringing();
  return names.map((name) => (name.includes('ErrorAlarm') ? 'errors' : 'dead letters')).sort();
}

async function deadLetters(): Promise<readonly Record<string, unknown>[]> {
  const { account, deadLetterQueue } = scenario;
  const command = new ReceiveMessageCommand({ QueueUrl: deadLetterQueue, MaxNumberOfMessages: 10 });
  const { Messages = [] } = await account.clients.sqs.send(command);
  return Messages.map(({ Body }) => JSON.parse(Body ?? '{}') as Record<string, unknown>);
}
