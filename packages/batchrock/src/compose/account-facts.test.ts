import { expect, test } from 'vitest';
import { quotasServer } from '../../test/quotas-server.ts';
import { askQuotas } from './account-facts.ts';
import { resolveTarget } from './target.ts';

const NAME = 'Sum of in-progress and submitted batch inference jobs using a base model for Claude Sonnet 4.5';

test('a Region whose quotas may not be read is asked once, and silences no other', async () => {
  const { url, asked } = await quotasServer(NAME, { 'us-east-1': 7 });
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
