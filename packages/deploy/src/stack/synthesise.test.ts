import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BatchOrchestratorStack, BatchQueueStack } from '@batchrock/cdk';
import { App, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { afterEach, describe, expect, it } from 'vitest';
import type { StackKind, StackRequest } from './request.ts';
import { type Assembly, stackNameOf, synthesise } from './synthesise.ts';

const env = { account: '123456789012', region: 'us-east-1' };
const assemblies: Assembly[] = [];
afterEach(() => {
  for (const assembly of assemblies.splice(0)) assembly.dispose();
});

// biome-ignore lint/suspicious/noExplicitAny: a template is read by its paths, and what is not there fails the test
async function templateOf(request: StackRequest): Promise<any> {
  const assembly = await synthesise(request, { env });
  assemblies.push(assembly);
  return JSON.parse(readFileSync(join(assembly.folder, `${assembly.stackName}.template.json`), 'utf8'));
}

function environments(template: { Resources: Record<string, { Properties?: { Environment?: { Variables: object } } }> }): object {
  return Object.assign({}, ...Object.values(template.Resources).map(({ Properties }) => Properties?.Environment?.Variables));
}

describe('a stack', () => {
  it.each<[StackKind, (app: App) => Stack]>([
    ['orchestrator', (app) => new BatchOrchestratorStack(app, 'BatchrockOrchestrator', { env })],
    ['queue', (app) => new BatchQueueStack(app, 'BatchrockQueue', { env })],
  ])('%s without options is that of an app without props: who writes an app of his own goes on with it', async (kind, make) => {
    const { Description: _, ...deployed } = await templateOf({ kind });
    const app = new App({ analyticsReporting: false, treeMetadata: false });
    expect(Object.keys(deployed.Resources).sort()).toEqual(Object.keys(Template.fromStack(make(app)).toJSON().Resources).sort());
  });

  it('takes options by the names of the properties, and context as the CDK does', async () => {
    const values = {
      bucket: 'my-data',
      datasetBuckets: ['my-inputs'],
      table: 'my-runs',
      maxSubmittedAndInProgressJobs: 7,
      bedrockBatchInferenceTimeoutHours: 48,
      notificationTopic: 'arn:aws:sns:us-east-1:123456789012:alarms',
      resultsFormat: 'csv',
      logLevel: 'DEBUG',
      tracing: true,
      families: [join(import.meta.dirname, '../../../../examples/families/in-house.js')],
    };
    const context = { preprocessFunctionMemoryMb: '4096' };
    const template = await templateOf({ kind: 'orchestrator', stackName: 'Mine', values, context });
    const text = JSON.stringify(template);
    expect(environments(template)).toMatchObject({ BUCKET_NAME: 'my-data', LEDGER_TABLE: 'my-runs' });
    for (const said of [
      'my-inputs',
      '"7"',
      'sns:us-east-1:123456789012:alarms',
      '"DEBUG"',
      '"Mode":"Active"',
      '"MemorySize":4096',
      '"in-house:',
    ]) {
      expect(text).toContain(said);
    }
    expect(text).not.toMatch(/"AWS::(S3::Bucket|DynamoDB::Table)"/);
  });

  it('bears the tag of its kind beside those that were asked for', async () => {
    const assembly = await synthesise({ kind: 'orchestrator', tags: { team: 'red' } }, { env });
    assemblies.push(assembly);
    const { artifacts } = JSON.parse(readFileSync(join(assembly.folder, 'manifest.json'), 'utf8'));
    expect(artifacts.BatchrockOrchestrator.properties.tags).toEqual({ team: 'red', batchrock: 'orchestrator' });
  });

  it('says which option is wrong, and what is allowed', async () => {
    const refused = (request: StackRequest) => expect(templateOf(request)).rejects.toMatchObject({ code: 'BR-E0120' });
    await refused({ kind: 'orchestrator', values: { resultsFormat: 'xml' } });
    await refused({ kind: 'orchestrator', values: { modelId: 'amazon.nova-lite-v1:0' } });
    await refused({ kind: 'orchestrator', values: { maxRecordsPerJob: 'many' } });
    await refused({ kind: 'orchestrator', context: { preprocessFunctionMemoryMb: '1' } });
    expect(() => stackNameOf({ kind: 'queue', stackName: '1st' })).toThrow(/^--stack is "1st"; allowed/);
  });
});
