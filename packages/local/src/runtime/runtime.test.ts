import { BedrockRuntimeClient, ConverseCommand, InvokeModelCommand } from '@aws-sdk/client-bedrock-runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HAIKU, type LocalService, startLocalService } from '../testing/local-service.ts';

let local: LocalService;
let runtime: BedrockRuntimeClient;
beforeAll(async () => {
  local = await startLocalService();
  runtime = new BedrockRuntimeClient(local.clientConfig);
});
afterAll(async () => {
  runtime.destroy();
  await local.close();
});
const invoke = async (modelId: string, body: object): Promise<Record<string, unknown>> => {
  const answer = await runtime.send(
    new InvokeModelCommand({ modelId, body: JSON.stringify(body), contentType: 'application/json' }),
  );
  return JSON.parse(answer.body.transformToString()) as Record<string, unknown>;
};

test('InvokeModel answers in the shape of the model, by id, profile or ARN', async () => {
  const body = {
    anthropic_version: 'bedrock-2023-05-31',
    max_tokens: 50,
    messages: [{ role: 'user', content: 'sentiment: great' }],
  };
  expect(await invoke(HAIKU, body)).toMatchObject({ content: [{ text: '[synthetic] positive' }], stop_reason: 'end_turn' });
  expect(await invoke('us.anthropic.claude-sonnet-4-20250514-v1:0', body)).toMatchObject({ type: 'message' });
  expect(await invoke(`arn:aws:bedrock:us-east-1::foundation-model/${HAIKU}`, body)).toMatchObject({ type: 'message' });
  expect((await invoke('amazon.titan-embed-text-v2:0', { inputText: 'a', dimensions: 256 }))['embedding']).toHaveLength(256);
});

test('Converse answers any chat model', async () => {
  const messages = [{ role: 'user' as const, content: [{ text: 'Is the sentiment positive or negative? I hate it.' }] }];
  const answer = await runtime.send(
    new ConverseCommand({ modelId: 'qwen.qwen3-32b-v1:0', messages, inferenceConfig: { maxTokens: 20 } }),
  );
  expect(answer).toMatchObject({ stopReason: 'end_turn', output: { message: { content: [{ text: '[synthetic] negative' }] } } });
  expect(answer.usage?.totalTokens).toBe(answer.usage!.inputTokens! + answer.usage!.outputTokens!);
});

test('what the model would refuse is a ValidationException', async () => {
  await expect(invoke(HAIKU, { max_tokens: 1 })).rejects.toMatchObject({
    name: 'ValidationException',
    message: 'anthropic_version: Field required',
  });
  await expect(invoke('acme.none', {})).rejects.toMatchObject({ message: 'The provided model identifier is invalid.' });
  await expect(invoke('anthropic.claude-opus-5', {})).rejects.toMatchObject({
    message: expect.stringContaining('inference profile'),
  });
  const broken = [{ role: 'user', content: 'text [[break]]' }];
  await expect(invoke(HAIKU, { anthropic_version: 'bedrock-2023-05-31', max_tokens: 1, messages: broken })).rejects.toMatchObject(
    { name: 'ValidationException', message: expect.stringContaining('Malformed input request') },
  );
  const embedding = new ConverseCommand({
    modelId: 'amazon.titan-embed-text-v2:0',
    messages: [{ role: 'user', content: [{ text: 'a' }] }],
  });
  await expect(runtime.send(embedding)).rejects.toMatchObject({ name: 'ValidationException' });
});
