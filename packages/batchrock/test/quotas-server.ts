import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterTest } from './after-test.ts';

/** A Service Quotas on loopback. */
export interface QuotasServer {
  readonly url: string;
  /** How often it was asked of each Region. */
  readonly asked: ReadonlyMap<string, number>;
}

/** Lists one quota, so much of it in each Region, until the test ends: by where a call is signed for. Any other Region is refused. */
export async function quotasServer(QuotaName: string, values: Readonly<Record<string, number>>): Promise<QuotasServer> {
  const asked = new Map<string, number>();
  const server = createServer((request, response) => {
    request.resume();
    const region = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? '')?.[1] ?? '';
    asked.set(region, (asked.get(region) ?? 0) + 1);
    const Value = values[region];
    const refusal = { __type: 'AccessDeniedException', message: 'not authorized' };
    const answer = Value === undefined ? refusal : { Quotas: [{ ServiceCode: 'bedrock', QuotaName, Value }] };
    response.writeHead(Value === undefined ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
    response.end(JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterTest(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
