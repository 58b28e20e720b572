import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { claudeRecords, startLocalService } from '../testing/local-service.ts';
import type { TextQuestion } from './question.ts';
import { createUpstreamAnswerer } from './upstream.ts';

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A server that speaks as OpenAI does; the handler is given each parsed body. */
async function serve(handler: (path: string, body: Record<string, unknown>, response: ServerResponse) => void): Promise<string> {
  server = createServer(async (request: IncomingMessage, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    handler(request.url ?? '', JSON.parse(body) as Record<string, unknown>, response);
  });
  await new Promise<void>((resolve) => {
    server?.listen(0, '127.0.0.1', resolve);
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const answerer = (url: string, timeoutMs = 5_000) => createUpstreamAnswerer({ url, model: undefined, concurrency: 2, timeoutMs });
const question: TextQuestion = {
  kind: 'text',
  modelId: 'm',
  system: 'be kind',
  turns: [{ role: 'user', text: 'hello' }],
  maxTokens: 9,
  stopSequences: ['END'],
  temperature: 0.5,
};
const chat = (content: string, finish = 'stop') =>
  JSON.stringify({
    choices: [{ message: { content }, finish_reason: finish }],
    usage: { prompt_tokens: 3, completion_tokens: 4 },
  });

test('a question becomes a chat completion, and back', async () => {
  const asked: unknown[] = [];
  const url = await serve((path, body, response) => {
    asked.push([path, body]);
    response.end(chat('hi there', 'length'));
  });
  const reply = { kind: 'text', text: 'hi there', end: 'length', inputTokens: 3, outputTokens: 4 };
  expect(await answerer(url).answer(question)).toEqual(reply);
  expect(await answerer(`${url}/v1/`).answer(question)).toEqual(reply);
  const body = {
    model: 'm',
    messages: [
      { role: 'system', content: 'be kind' },
      { role: 'user', content: 'hello' },
    ],
    max_tokens: 9,
    temperature: 0.5,
    stop: ['END'],
    stream: false,
  };
  expect(asked).toEqual([
    ['/v1/chat/completions', body],
    ['/v1/chat/completions', body],
  ]);
});

test('an embedding is asked for as one', async () => {
  const url = await serve((path, body, response) => {
    expect([path, body['input']]).toEqual(['/v1/embeddings', 'text']);
    response.end(JSON.stringify({ data: [{ embedding: [1, 2] }], usage: { prompt_tokens: 1 } }));
  });
  const reply = await answerer(url).answer({ kind: 'embedding', modelId: 'm', text: 'text', dimensions: 2, normalize: true });
  expect(reply).toEqual({ kind: 'embedding', vector: [1, 2], inputTokens: 1 });
});

test('throttling and failures are tried again, refusals are not', async () => {
  const statuses = [429, 503, 200];
  let calls = 0;
  const url = await serve((_, __, response) => {
    response.statusCode = statuses[calls] ?? 400;
    calls += 1;
    response.setHeader('retry-after', '0').end(response.statusCode === 200 ? chat('at last') : '{"error":{"message":"no"}}');
  });
  expect(await answerer(url).answer(question)).toMatchObject({ text: 'at last' });
  await expect(answerer(url).answer(question)).rejects.toMatchObject({
    status: 400,
    message: 'The upstream server answered 400: no',
  });
  expect(calls).toBe(4);
});

test('a server that never answers, and none at all, are errors of the record', async () => {
  const url = await serve(() => undefined);
  await expect(answerer(url, 20).answer(question)).rejects.toMatchObject({ status: 408 });
  await expect(answerer('http://127.0.0.1:1').answer(question)).rejects.toMatchObject({ status: 503 });
});

test('a job is answered by it, never with more requests at once than allowed, and its refusals stand in the output', async () => {
  let open = 0;
  let most = 0;
  const url = await serve((_, body, response) => {
    open += 1;
    most = Math.max(most, open);
    const text = JSON.stringify(body['messages']);
    setTimeout(() => {
      open -= 1;
      if (text.includes('thing 13 ')) response.writeHead(422).end('{"error":{"message":"unlucky"}}');
      else response.end(chat(`echo ${text.length}`));
    }, 2);
  });
  const local = await startLocalService({ upstreamUrl: url, upstreamConcurrency: 3 });
  await local.put('in/a.jsonl', claudeRecords(60));
  const arns = [await local.create(), await local.create()];
  for (const arn of arns) {
    expect(await local.until(arn)).toMatchObject({ status: 'Completed', successRecordCount: 59, errorRecordCount: 1 });
    const failed = (await local.output(arn)).find(({ error }) => error !== undefined);
    expect(failed).toMatchObject({
      recordId: 'R0000000013',
      error: { errorCode: 400, errorMessage: expect.stringContaining('unlucky') },
    });
  }
  expect(most).toBe(3);
  await local.close();
});
