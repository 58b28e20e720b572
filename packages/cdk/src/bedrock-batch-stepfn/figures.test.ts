import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { definitionOf, handlerId, resource, resourcesOf, stackWith } from '../testing/synthesis';

const page = readFileSync(join(__dirname, '../../../../docs/step-functions-construct.md'), 'utf8');
const plain = stackWith();

function section(title: string): string {
  const [, text] = new RegExp(`\n## ${title}\n([\\s\\S]*?)(?=\n## |$)`).exec(page) ?? [];
  if (text === undefined) throw new Error(`docs/step-functions-construct.md has no section '${title}'`);
  return text;
}

/** The cells of the rows of a section's table, without its head. */
function rowsOf(title: string): string[][] {
  const lines = section(title)
    .split('\n')
    .filter((line) => line.startsWith('|'));
  return lines.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.replaceAll('*', '').trim()),
  );
}

const cents = (usd: number) => Math.ceil(usd * 100 - 1e-9);

describe('the cost table of docs/step-functions-construct.md', () => {
  const rows = rowsOf('Cost');
  const costOf = (service: string) => cents(Number(rows.find(([name]) => name === service)?.[2]));
  const dimensionsOf = (service: string) => rows.find(([name]) => name === service)?.[1] ?? '';

  it('adds up', () => {
    const services = rows.map(([name = '']) => name).filter((name) => name !== 'Total');
    expect(services).toHaveLength(7);
    expect(services.reduce((sum, name) => sum + costOf(name), 0)).toBe(costOf('Total'));
  });

  it('has the tokens of the jobs at the batch price, which is half of the other', () => {
    const [records, batch] = [300 * 100, { input: 0.4, output: 1.6 }];
    const usd = (records * (10_000 * batch.input + 1_000 * batch.output)) / 1e6;
    expect(costOf('Amazon Bedrock')).toBe(cents(usd));
    expect(section('Cost')).toContain(`the same tokens cost USD ${(2 * usd).toFixed(2)}`);
  });

  it('has the functions, sweeps and alarms of the template, at prices of November 2026', () => {
    const minutes = Number(
      /rate\((\d+) minutes\)/.exec(resource(plain, 'AWS::Events::Rule', `${handlerId}Sweep`).Properties.ScheduleExpression)?.[1],
    );
    const sweeps = (30 * 24 * 60) / minutes;
    const [memory] = new Set(
      Object.values(resourcesOf(plain, 'AWS::Lambda::Function')).map(({ Properties }) => Properties.MemorySize),
    );
    expect(dimensionsOf('AWS Lambda')).toBe(
      `600 calls for jobs and ${sweeps.toLocaleString('en')} sweeps, ${memory} MB, arm64, half a second each`,
    );
    const calls = 600 + sweeps;
    expect(costOf('AWS Lambda')).toBe(cents(calls * (0.5 * (memory / 1024) * 0.000_013_333_4 + 0.000_000_2)));
    const alarms = Object.keys(resourcesOf(plain, 'AWS::CloudWatch::Alarm')).length;
    expect(dimensionsOf('Amazon CloudWatch')).toContain(`${alarms} alarms, 6 metrics in each of 300 hours`);
    expect(costOf('Amazon CloudWatch')).toBe(cents(0.5 * 0.01 + alarms * 0.1 + (6 * 0.3 * 300) / 720));
    expect(section('Cost')).toContain(`\`sweepInterval\` of an hour brings the sweeps down to ${30 * 24}.`);
  });

  it('has the table, whose items take two units in it and two in its index', () => {
    const [, writes, reads] = /^([\d,]+) write units and ([\d,]+) read units/.exec(dimensionsOf('Amazon DynamoDB')) ?? [];
    const number = (text = '') => Number(text.replaceAll(',', ''));
    expect(number(writes)).toBe(300 * 3 * 2 * 2);
    expect(number(reads)).toBeGreaterThanOrEqual(8_640 + 600);
    expect(costOf('Amazon DynamoDB')).toBe(cents((number(writes) * 0.625 + number(reads) * 0.125) / 1e6));
  });

  it('has what the others count', () => {
    expect(costOf('AWS Step Functions')).toBe(cents((300 * 5 * 0.025) / 1000));
    expect(costOf('Amazon EventBridge')).toBe(cents(8_640 / 1e6));
    expect(costOf('Amazon S3')).toBe(cents((900 * 0.005 + 600 * 0.0004) / 1000 + 0.023));
  });
});

describe('the quotas of docs/step-functions-construct.md', () => {
  const quotas = Object.fromEntries(rowsOf('Quotas').map(([name = '', value]) => [name, value]));

  it('are those that the construct holds its user to', () => {
    expect(quotas['timeout of a job']).toBe('24 to 168 hours');
    expect(() => stackWith({ timeout: Duration.hours(24) })).not.toThrow();
    expect(() => stackWith({ timeout: Duration.hours(23) })).toThrow('24 hours');
    expect(quotas['subnets, security groups, tags of a job']).toBe('16, 5, 50');
    const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`key${i}`, '']));
    expect(() => stackWith({ jobTags: tags(50) })).not.toThrow();
    expect(() => stackWith({ jobTags: tags(51) })).toThrow('jobTags has 51 tags; Bedrock takes 50 at most');
  });

  it('leave the jobs at once to Step Functions', () => {
    expect(quotas['jobs at once in one execution']).toBe('40');
    const map = definitionOf(plain).States['BatchEvaluateMap'];
    expect(map.ItemProcessor.ProcessorConfig.Mode).toBe('INLINE');
    expect(map.MaxConcurrency).toBeUndefined();
  });
});

describe('the template keeps what docs/step-functions-construct.md says', () => {
  it('of clean-up: nothing but the bucket of the user outlives the stack', () => {
    const kept = Object.entries(resourcesOf(plain)).filter(([, { DeletionPolicy }]) => DeletionPolicy === 'Retain');
    expect(kept.map(([, { Type }]) => Type)).toEqual(['AWS::S3::Bucket']);
    for (const type of ['AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::Logs::LogGroup']) {
      for (const { DeletionPolicy } of Object.values(resourcesOf(plain, type))) expect(DeletionPolicy, type).toBe('Delete');
    }
  });

  it('of what is new in a stack of the original', () => {
    const countOf = (type: string) => Object.keys(resourcesOf(plain, type)).length;
    expect(page).toContain('What is new: a DynamoDB table, an SQS queue, two alarms, a second rule and two log groups');
    expect(
      ['AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::CloudWatch::Alarm', 'AWS::Events::Rule', 'AWS::Logs::LogGroup'].map(
        countOf,
      ),
    ).toEqual([1, 1, 2, 2, 2]);
  });

  it('of waiting: six hours more than the job may take, and 60 tries with pauses of up to half an hour', () => {
    const task = definitionOf(plain).States['BatchEvaluateMap'].ItemProcessor.States.CreateModelInvocationJobTask;
    expect(page).toContain('the task waits six hours longer than the job');
    expect(task.HeartbeatSeconds / 3600 - task.Parameters.Payload.timeoutDurationInHours).toBe(6);
    expect(page).toContain('60 tries with pauses of up to half an hour');
    expect(task.Retry.at(-1)).toMatchObject({ MaxAttempts: 60, MaxDelaySeconds: 1800 });
  });

  it('of counting what is open, by the key of the index', () => {
    const [index] = resource(plain, 'AWS::DynamoDB::Table').Properties.GlobalSecondaryIndexes;
    expect(section('Going back')).toContain(`--index-name ${index.IndexName} `);
    expect(section('Going back')).toContain(`{"#o":"${index.KeySchema[0].AttributeName}"}`);
  });
});
