import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

/** Of `images.test` and every host below it, known to nobody but these tests. */
export const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBrzCCAVegAwIBAgIUT7y6Ak1WxDI1glELflFUcMTe7IgwCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLaW1hZ2VzLnRlc3QwIBcNMjYxMTIyMDcxODUyWhgPMjEyNjEw
MjkwNzE4NTJaMBYxFDASBgNVBAMMC2ltYWdlcy50ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEtOWKRMLUnjKWF6uKC3xAfjL/LU/O0a+2ZmIwSGRpKDayVs+w
U/ZkHWrehseOWQrynDf4Mj/hYZyMcHXScLtpmKOBgDB+MB0GA1UdDgQWBBRlzJcA
zFKJ6S79Lb27RLb9C8/LPzAfBgNVHSMEGDAWgBRlzJcAzFKJ6S79Lb27RLb9C8/L
PzAPBgNVHRMBAf8EBTADAQH/MCsGA1UdEQQkMCKCC2ltYWdlcy50ZXN0gg0qLmlt
YWdlcy50ZXN0hwR/AAABMAoGCCqGSM49BAMCA0YAMEMCIEhf6JtDIo6HHNFT5kYW
fAj1h49dnG2g7kE0Uf+OKJCwAh96npBarJfyVg/lXp5/gIZvlWRz7T+UlbQgnvHn
TKtR
-----END CERTIFICATE-----`;
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgoCz2j+a6FctDAwRp
6RLZCF+oJ+xu19rj18HxF9C1xluhRANCAAS05YpEwtSeMpYXq4oLfEB+Mv8tT87R
r7ZmYjBIZGkoNrJWz7BT9mQdat6Gx45ZCvKcN/gyP+FhnIxwddJwu2mY
-----END PRIVATE KEY-----`;

/** An HTTPS server of images on loopback. */
export interface ImageServer {
  readonly port: number;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** Starts one. */
export async function startImageServer(answer: RequestListener): Promise<ImageServer> {
  const asked: string[] = [];
  const server = createServer({ cert: CERTIFICATE, key: KEY }, (request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** The addresses of hosts as a test has them. */
export function resolverOf(hosts: Readonly<Record<string, readonly string[]>>) {
  return async (host: string) => {
    const found = hosts[host];
    if (found === undefined) throw Object.assign(new Error(host), { code: 'ENOTFOUND' });
    return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
  };
}
