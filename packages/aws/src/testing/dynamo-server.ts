import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoTable, type Request, ServiceFault } from './dynamo-table.ts';

/**
 * What goes wrong with a call. `lost-before`: the connection is cut and nothing was done. `lost-after`: it was done, and the
 * connection is cut. Anything else is the error that is answered, with its HTTP status.
 */
export type TableFault = 'lost-before' | 'lost-after' | ServiceFault;

/** A table behind DynamoDB's protocol on loopback. */
export interface DynamoServer {
  readonly url: string;
  readonly table: DynamoTable;
  /** Every call, in order: the operation and its request. */
  readonly calls: { readonly operation: string; readonly request: Request }[];
  /** Asked before each call. */
  fault: (operation: string, request: Request) => TableFault | undefined;
  close(): Promise<void>;
}

/**
 * Starts an empty table. What DynamoDB documents and no server that can be installed does is done here: a transaction takes
 * a moment, and another one that touches an item of it meanwhile is refused for a conflict; a token is remembered.
 */
export async function startDynamoServer(): Promise<DynamoServer> {
  const table = new DynamoTable();
  const calls: DynamoServer['calls'] = [];
  const http = createServer((incoming, response) => {
    void answer(server, incoming, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const server: DynamoServer = {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    table,
    calls,
    fault: () => undefined,
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
  return server;
}

async function answer(server: DynamoServer, incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = '';
  for await (const chunk of incoming) body += chunk;
  const operation = String(incoming.headers['x-amz-target']).split('.')[1] ?? '';
  const request = JSON.parse(body) as Request;
  server.calls.push({ operation, request });
  const fault = server.fault(operation, request);
  if (fault === 'lost-before') return void incoming.socket.destroy();
  const [status, said] = fault instanceof ServiceFault ? refused(fault) : await run(server.table, operation, request);
  if (fault === 'lost-after') return void incoming.socket.destroy();
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(said));
}

async function run(table: DynamoTable, operation: string, request: Request): Promise<[number, unknown]> {
  try {
    return [200, await table.carryOut(operation, request)];
  } catch (error) {
    if (error instanceof ServiceFault) return refused(error);
    return refused(new ServiceFault('ValidationException', String(error)));
  }
}

function refused({ name, message, status, details }: ServiceFault): [number, unknown] {
  return [status, { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message, ...details }];
}
