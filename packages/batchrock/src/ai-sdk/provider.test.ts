import { join } from 'node:path';
import {
  experimental_cancelBatch as cancelBatch,
  experimental_getBatchResults as getBatchResults,
  experimental_getBatchStatus as getBatchStatus,
  jsonSchema,
  experimental_listBatches as listBatches,
  experimental_startBatch as startBatch,
  tool,
} from 'ai';
import { describe, expect, test, vi } from 'vitest';
import { folderWith, jobsOf, localServer, MODEL } from '../../test/cli-harness.ts';
import { type BedrockBatchProvider, bedrockBatch } from './index.ts';

const ask = (id: string, prompt = `What is ${id}?`) => ({ id, type: 'text' as const, model: MODEL, prompt });

/** A minute and a half by the wall: until then no job begins. */
const A_DAY = 86_400_000;

async function worldWith(local: Parameters<typeof localServer>[0] = {}) {
  const server = await localServer(local);
  const cwd = folderWith();
  const open = () => bedrockBatch({ stateDir: join(cwd, 'state'), env: { BATCHROCK_ENDPOINT_URL: server.url }, cwd });
  return { server, open };
}

async function statusAtEnd(provider: BedrockBatchProvider, batch: Parameters<typeof getBatchStatus>[0]['batch']) {
  return vi.waitUntil(
    async () => {
      const status = await getBatchStatus({ provider, batch });
      return status.status === 'pending' ? undefined : status;
    },
    { timeout: 60_000, interval: 100 },
  );
}

describe('Bedrock as a provider of batches for the AI SDK', () => {
  test('starts a batch, whose reference is enough for another process to read it', async () => {
    const { server, open } = await worldWith();
    const first = open();
    const started = await startBatch({ provider: first, requests: [ask('one'), ask('two')] });
    expect(started).toMatchObject({ provider: 'batchrock', status: 'pending', requestCounts: { total: 2, pending: 2 } });
    expect(await jobsOf(server)).toHaveLength(1);
    await first.close();

    await using provider = open();
    const batch = JSON.parse(JSON.stringify(started));
    expect(await statusAtEnd(provider, batch)).toMatchObject({
      status: 'completed',
      rawStatus: 'completed',
      requestCounts: { total: 2, pending: 0, completed: 2, failed: 0 },
      createdAt: expect.stringMatching(/^\d{4}-/),
    });
    const items = await Array.fromAsync(getBatchResults({ provider, batch }));
    expect(items).toMatchObject(
      ['one', 'two'].map((id) => ({
        id,
        type: 'text',
        status: 'succeeded',
        text: expect.stringMatching(/\S/),
        finishReason: 'stop',
        usage: { inputTokens: expect.any(Number), outputTokens: expect.any(Number) },
        response: { modelId: MODEL },
      })),
    );
    for await (const item of getBatchResults({ provider, batch })) {
      expect(item.id).toBe('one');
      break;
    }
    expect((await listBatches({ provider })).batches).toMatchObject([{ id: started.id, status: 'completed' }]);
  });

  test('speaks of every kind of prompt, and warns of what its model is not told', async () => {
    const { open } = await worldWith();
    await using provider = open();
    const png = Buffer.from(
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
      'base64',
    );
    const look = tool({
      description: 'Looks up.',
      inputSchema: jsonSchema({ type: 'object', properties: { q: { type: 'string' } } }),
    });
    const started = await startBatch({
      provider,
      requests: [
        {
          id: 'parts',
          type: 'text',
          model: MODEL,
          instructions: 'Be brief.',
          seed: 7,
          temperature: 0,
          maxOutputTokens: 20,
          stopSequences: ['END'],
          tools: { look },
          messages: [
            {
              role: 'user',
              content: [
                { type: 'text', text: 'What is this?' },
                { type: 'file', data: png, mediaType: 'image/png' },
              ],
            },
            { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'a', toolName: 'look', input: { q: 'x' } }] },
            {
              role: 'tool',
              content: [{ type: 'tool-result', toolCallId: 'a', toolName: 'look', output: { type: 'json', value: [1] } }],
            },
          ],
        },
        ask('plain'),
      ],
    });
    expect(started.warnings).toEqual([
      { requestId: 'parts', warning: { type: 'unsupported', feature: 'body.seed', details: expect.any(String) } },
    ]);
    await statusAtEnd(provider, started);
    const items = await Array.fromAsync(getBatchResults({ provider, batch: started, tools: { look } }));
    expect(items.map(({ id, status }) => `${id} ${status}`)).toEqual(['parts succeeded', 'plain succeeded']);
  });

  test('tells each request that failed, and refuses results while there are none', async () => {
    const slow = await worldWith({ queueMs: A_DAY });
    await using waiting = slow.open();
    const pending = { provider: waiting, batch: await startBatch({ provider: waiting, requests: [ask('one')] }) };
    await expect(Array.fromAsync(getBatchResults(pending))).rejects.toMatchObject({ code: 'BR-E0204' });

    const { open } = await worldWith({ faults: { recordFail: 1, recordCodes: [400] } });
    await using provider = open();
    const batch = await startBatch({ provider, requests: [ask('one')] });
    expect(await statusAtEnd(provider, batch)).toMatchObject({ status: 'completed', requestCounts: { failed: 1 } });
    expect(await Array.fromAsync(getBatchResults({ provider, batch }))).toMatchObject([
      { id: 'one', status: 'failed', error: { code: '400', statusCode: 400, message: expect.any(String) } },
    ]);
  });

  test('cancels a batch, whose requests are told as such, and lists batches by pages', async () => {
    const { open, server } = await worldWith({ queueMs: A_DAY });
    await using provider = open();
    const batches = [];
    for (const id of ['one', 'two', 'three']) batches.push(await startBatch({ provider, requests: [ask(id)] }));
    const [first] = batches;
    await cancelBatch({ provider, batch: first! });
    expect(await statusAtEnd(provider, first!)).toMatchObject({ status: 'completed', rawStatus: 'cancelled' });
    expect(await Array.fromAsync(getBatchResults({ provider, batch: first! }))).toMatchObject([
      { id: 'one', status: 'cancelled' },
    ]);
    expect((await jobsOf(server)).filter((job) => job.status === 'Stopped')).toHaveLength(1);
    const page = await listBatches({ provider, limit: 2 });
    expect(page.batches.map(({ id }) => id)).toEqual([batches[2]?.id, batches[1]?.id]);
    const rest = await listBatches({ provider, limit: 2, cursor: page.nextCursor! });
    expect(rest.batches.map(({ id }) => id)).toEqual([first!.id]);
    expect(rest.nextCursor).toBeUndefined();
  });

  test('refuses several models, and images', async () => {
    const { open } = await worldWith();
    await using provider = open();
    const other = { ...ask('two'), model: 'us.amazon.nova-pro-v1:0' };
    await expect(startBatch({ provider, requests: [ask('one'), other] })).rejects.toMatchObject({ code: 'BR-E0127' });
    const image = { id: 'i', type: 'image' as const, model: MODEL, prompt: 'A red panda' };
    await expect(startBatch({ provider, requests: [image as never] })).rejects.toMatchObject({ code: 'BR-E0120' });
  });
});
