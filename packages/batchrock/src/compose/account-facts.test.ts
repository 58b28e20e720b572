import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { askQuotas } from './account-facts.ts';
import { resolveTarget } from './target.ts';

const NAME = 'Sum of in-progress and submitted batch inference jobs using a base model for Claude Sonnet 4.5';

/** Service Quotas for every Region but one; how often each was asked. */
async function serveQuotas(refusing: string): Promise<{ readonly url: string; readonly asked: Map<string, number> }> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    request.resume();
    const region = request.headers.authorization?.split('/')[2] ?? '';
    asked.set(region, (asked.get(region) ?? 0) + 1);
    const refused = { __type: 'AccessDeniedException', message: 'not authorized' };
    const answer = region === refusing ? refused : { Quotas: [{ QuotaName: NAME, Value: 7 }] };
    response.writeHead(region === refusing ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('a Region whose quotas may not be read is asked once, and silences no other', async () => {
  const { url, asked } = await serveQuotas('us-west-2');
  const at = '/nowhere';
  const lock = (run: string): string => run;
  const dir = { path: at, ledger: at, answers: at, local: at, scratch: at, spool: at, lock };
  const quotas = (region: string) => {
    const target = resolveTarget({ endpointUrl: url, region }, {}, at);
    if (target.kind === 'local') return undefined;
    return askQuotas(target, { dir, env: {} });
  };
  expect(await quotas('us-west-2')).toBeUndefined();
  expect(await quotas('us-east-1')).toMatchObject([{ value: 7 }]);
  expect(await quotas('us-west-2')).toBeUndefined();
  expect(asked).toEqual(
    new Map([
      ['us-west-2', 1],
      ['us-east-1', 1],
    ]),
  );
});
