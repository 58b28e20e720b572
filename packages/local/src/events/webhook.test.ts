import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { claudeRecords, type LocalService, startLocalService } from '../testing/local-service.ts';
import type { JobEvent } from './job-event.ts';

let hook: Server;
let local: LocalService;
let events: JobEvent[];
beforeEach(async () => {
  events = [];
  hook = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    events.push(JSON.parse(body) as JobEvent);
    response.end();
  });
  await new Promise<void>((resolve) => {
    hook.listen(0, '127.0.0.1', resolve);
  });
});
afterEach(async () => {
  await local.close();
  hook.closeAllConnections();
  hook.close();
});
const start = async (faults: object = {}): Promise<string> => {
  const eventsUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}/`;
  local = await startLocalService({ eventsUrl, faults });
  await local.put('in/a.jsonl', claudeRecords(1));
  return local.create();
};
const STATES = ['Completed', 'InProgress', 'Scheduled', 'Submitted', 'Validating'];
const states = (): string[] => events.map(({ detail }) => detail.status).toSorted();

test('every change of state is posted once', async () => {
  const arn = await start();
  await local.until(arn);
  await expect.poll(states).toEqual(STATES);
  expect(new Set(events.map(({ id }) => id)).size).toBe(5);
  expect(events[0]).toMatchObject({ source: 'aws.bedrock', resources: [arn], detail: { batchJobArn: arn } });
});

test('events come twice', async () => {
  const arn = await start({ eventDouble: 1 });
  await local.until(arn);
  await expect.poll(() => events.length).toBe(10);
  expect([...new Set(states())]).toEqual(STATES);
});

test('events are lost, and the job goes on', async () => {
  const arn = await start({ eventLose: 1 });
  expect((await local.until(arn)).status).toBe('Completed');
  expect(events).toEqual([]);
});

test('events come late', async () => {
  // 1,000 seconds of the wall
  const arn = await start({ eventDelayMs: 1_000_000_000 });
  await local.until(arn);
  expect(events).toEqual([]);
  await local.advance(1_000_000);
  expect(events).toHaveLength(5);
});
