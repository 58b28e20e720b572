import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { createLedgerTable } from '@batchrock/aws/dynamodb';
import { BatchOrchestrator } from '@batchrock/cdk';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { expect, it } from 'vitest';
import { FakeClock } from '../../memory/index.ts';

/** The layout that a ledger's own code asks DynamoDB for. */
async function askedFor(): Promise<Record<string, unknown>> {
  let layout: Record<string, unknown> = {};
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const isCreate = String(request.headers['x-amz-target']).endsWith('.CreateTable');
      if (isCreate) layout = JSON.parse(body) as Record<string, unknown>;
      const description = { ...layout, TableStatus: 'ACTIVE' };
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(isCreate ? { TableDescription: description } : { Table: description }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    await createLedgerTable({
      table: 'ledger',
      region: 'us-east-1',
      endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      clock: new FakeClock({ auto: true }),
    });
    return layout;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

it('lays the table of an orchestrator out as the ledger makes it by itself', async () => {
  const stack = new Stack(new App({ context: { 'aws:cdk:disable-asset-staging': true } }), 'Stack');
  new BatchOrchestrator(stack, 'Orchestrator');
  const [table] = Object.values(Template.fromStack(stack).findResources('AWS::DynamoDB::Table'));
  const { TableName: _, ...asked } = await askedFor();
  expect(asked['GlobalSecondaryIndexes']).toHaveLength(4);
  const { AttributeDefinitions, ...layout } = asked;
  expect(table?.['Properties']).toMatchObject(layout);
  expect(new Set(table?.['Properties'].AttributeDefinitions)).toEqual(new Set(AttributeDefinitions as unknown[]));
});
