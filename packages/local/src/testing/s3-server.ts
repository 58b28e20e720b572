import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import type { LocalBedrockOptions } from '../options.ts';
import { type LocalBedrock, startLocalBedrock } from '../start.ts';

/** An answer as it came over the wire. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A started server with an unmodified client, for tests of S3. */
export interface S3Server {
  readonly dir: string;
  readonly url: string;
  readonly s3: S3Client;
  /** Sends what no SDK would. */
  raw(method: string, path: string, options?: { headers?: OutgoingHttpHeaders; body?: Uint8Array | string }): Promise<RawAnswer>;
  /** Closes the server and opens the folder again. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

/** The bucket that every test server has. */
export const BUCKET = 'bucket-of-tests';

export async function startS3Server(options: Partial<LocalBedrockOptions> = {}): Promise<S3Server> {
  const dir = mkdtempSync(join(tmpdir(), 'batchrock-s3-'));
  const all = { dir, buckets: [BUCKET], ...options };
  let server: LocalBedrock = await startLocalBedrock(all);
  let s3 = client(server.url);
  return {
    dir,
    get url() {
      return server.url;
    },
    get s3() {
      return s3;
    },
    raw: (method, path, { headers = {}, body } = {}) => sendRaw(server.port, method, path, headers, body),
    async restart() {
      s3.destroy();
      await server.close();
      server = await startLocalBedrock(all);
      s3 = client(server.url);
    },
    async close() {
      s3.destroy();
      await server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A client as a user makes one; errors are not tried again, so that tests see each answer. */
export function client(endpoint: string): S3Client {
  const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'secret' };
  return new S3Client({ endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
}

function sendRaw(
  port: number,
  method: string,
  path: string,
  headers: OutgoingHttpHeaders,
  body: Uint8Array | string | undefined,
): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port, method, path, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      response.once('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
    });
    request.once('error', reject);
    request.end(body);
  });
}
