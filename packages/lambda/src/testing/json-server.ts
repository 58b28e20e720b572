import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An error that a service answers with. */
export class ServiceFault extends Error {
  constructor(name: string, message = name) {
    super(message);
    this.name = name;
  }
}

/** One operation: its parsed request, its answer. */
export type Operation = (request: Record<string, unknown>) => unknown;

/** A running server. */
export interface JsonServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves AWS's JSON protocol: one path, the operation in a header, an error's name in `__type`. */
export async function startJsonServer(operations: Readonly<Record<string, Operation>>): Promise<JsonServer> {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const operation = String(request.headers['x-amz-target']).split('.')[1] ?? '';
    const [status, answer] = run(operations[operation], operation, body);
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' }).end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function run(operation: Operation | undefined, name: string, body: string): [number, unknown] {
  try {
    if (operation === undefined) throw new ServiceFault('UnknownOperationException', name);
    return [200, operation(JSON.parse(body) as Record<string, unknown>) ?? {}];
  } catch (error) {
    const fault = error instanceof ServiceFault ? error : new ServiceFault('ValidationException', String(error));
    return [400, { __type: fault.name, message: fault.message }];
  }
}
