import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDynamoLedger, type DynamoLedger } from '@batchrock/aws/dynamodb';
import { nodeClock, nodeRandom } from 'batchrock/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { describeLedger } from '../../conformance/ledger.ts';
import { createLedgerTables } from './index.ts';

const shared = { region: 'us-east-1', credentials: { accessKeyId: 'test', secretAccessKey: 'test' } };
let server: Server;
let tables = 0;

beforeAll(async () => {
  const behind = createLedgerTables();
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const answer = behind.answer(operation, JSON.parse(body)) ?? { statusCode: 500, body: {} };
    response.writeHead(answer.statusCode, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

describeLedger(
  'a quick table',
  async () => {
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const at = { ...shared, endpoint, table: `ledger-${++tables}`, clock: nodeClock, random: nodeRandom };
    const open: DynamoLedger[] = [];
    const another = async () => {
      const ledger = createDynamoLedger(at);
      open.push(ledger);
      return ledger;
    };
    const close = async () => {
      for (const ledger of open) ledger.destroy();
    };
    return { ledger: await another(), another, close };
  },
  { runs: 4 },
);

test('what no ledger asks is left to moto', () => {
  expect(createLedgerTables().answer('CreateTable', { TableName: 'a' })).toBeUndefined();
});
