import { describe, expect, test } from 'vitest';
import { MODEL } from './batch-stack.ts';
import { openScenario } from './scenario.ts';

describe.each([
  { partition: 'aws-us-gov', region: 'us-gov-west-1' },
  { partition: 'aws-cn', region: 'cn-north-1' },
])('in $partition', (place) => {
  test('a job is made, answered and counted, by roles and rules of that partition', async () => {
    const scenario = await openScenario({ models: [MODEL] }, { place });
    const { account } = scenario;
    try {
      const good = await scenario.end(await scenario.start('good'), 60);
      const arn = `arn:${place.partition}:bedrock:${place.region}:111122223333:model-invocation-job/`;
      expect(good).toMatchObject({
        status: 'SUCCEEDED',
        output: [{ status: 'Completed', job_arn: expect.stringContaining(arn) }],
      });
      await account.bedrock.setFaults({ jobFail: 1, jobFailMessage: 'no capacity left' });
      const bad = await scenario.end(await scenario.start('bad'), 60);
      expect(bad).toEqual({ status: 'FAILED', error: 'Failed', cause: expect.stringContaining('no capacity left') });
      account.bus.faults.drop(1);
      expect(await scenario.end(await scenario.start('swept'), 60)).toMatchObject({ status: 'FAILED', error: 'Failed' });
      expect(account.refusals()).toEqual([]);
      expect(JSON.stringify(account.verdicts())).not.toContain('arn:aws:');
    } finally {
      await scenario.close();
    }
  });
});
