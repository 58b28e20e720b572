import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@batchrock/core';
import { expect, test } from 'vitest';
import { type Answering, webhookServer } from '../../test/webhook-server.ts';
import { postToWebhook } from './webhook.ts';

/** A clock that does not wait, and knows how long it would have. */
function pausing() {
  const pauses: number[] = [];
  const clock: Clock = {
    now: () => 0,
    async sleep(ms, signal) {
      signal?.throwIfAborted();
      pauses.push(ms);
    },
  };
  return { clock, pauses };
}

async function posted(answer: Answering) {
  const { url, posts } = await webhookServer(answer);
  const { clock, pauses } = pausing();
  const failure = await postToWebhook(`${url}/secret4711`, '{"a":1}', { clock }).catch((error: Error) => error);
  return { posts, pauses, failure };
}

test('a document is posted as JSON, once', async () => {
  const { posts, pauses, failure } = await posted(() => 200);
  expect(failure).toBeUndefined();
  expect(posts).toEqual([{ path: '/secret4711', type: 'application/json', text: '{"a":1}' }]);
  expect(pauses).toEqual([]);
});

test('a server that is busy is tried again, and no sooner than it asks for', async () => {
  const { posts, pauses, failure } = await posted((_, nth) => {
    if (nth === 1) return { status: '429', 'retry-after': '7' };
    return nth === 2 ? 503 : 204;
  });
  expect({ failure, count: posts.length, pauses }).toEqual({ failure: undefined, count: 3, pauses: [7000, 2000] });
});

test.each([
  ['a server that stays broken, after four tries', () => 500, [1000, 2000, 4000], 'HTTP 500, 4 times'],
  ['a refusal, at once', () => 404, [], 'HTTP 404'],
  ['a wait that is too long', () => ({ status: '503', 'retry-after': '3600' }), [], 'HTTP 503'],
  ['a date to wait for', () => ({ status: '400', 'retry-after': 'Fri, 31 Dec 1999 23:59:59 GMT' }), [], 'HTTP 400'],
  [
    'a redirect, which is not followed',
    () => ({ status: '307', location: '/elsewhere' }),
    [],
    'HTTP 307, a redirect, which is not followed',
  ],
] satisfies readonly [string, Answering, readonly number[], string][])('%s is given up', async (_, answer, waited, why) => {
  const { posts, pauses, failure } = await posted(answer);
  expect(pauses).toEqual(waited);
  expect(posts.map(({ path }) => path)).toEqual(Array.from({ length: waited.length + 1 }, () => '/secret4711'));
  expect(failure).toMatchObject({ code: 'BR-E0503', message: `the webhook did not take it: ${why}` });
});

test('nothing of the address is told of a server that cannot be reached or hangs up', async () => {
  const { pauses, failure } = await posted((_, __, response) => {
    response.destroy();
    return undefined;
  });
  expect(pauses).toHaveLength(3);
  expect(String(failure)).toMatch(/the webhook did not take it: [\w ]+, 4 times/);
  const { clock } = pausing();
  const gone = createServer();
  await new Promise<void>((resolve) => gone.listen(0, '127.0.0.1', resolve));
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const refused = await postToWebhook(`http://127.0.0.1:${port}/secret4711`, '{}', { clock }).catch((error: Error) => error);
  expect(String(refused)).toContain('the webhook did not take it: ECONNREFUSED, 4 times');
  expect(`${failure}${refused}`).not.toContain('4711');
});

test('whoever cancels it is not kept waiting', async () => {
  const { url } = await webhookServer(() => 503);
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(postToWebhook(url, '{}', { ...pausing(), signal })).rejects.toThrow('enough');
});
