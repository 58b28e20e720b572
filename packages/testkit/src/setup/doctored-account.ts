import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AttachRolePolicyCommand, CreateRoleCommand, PutRolePolicyCommand } from '@aws-sdk/client-iam';
import { ADMINISTRATOR, type Credentials, credentialsFor } from '../account/front/index.ts';
import { type Account, type AccountOptions, startAccount } from '../account/index.ts';
import { commandLine, type Ran } from '../deploy/command-line.ts';

/** A check as `doctor --json` tells it. */
export interface ToldCheck {
  readonly id: string;
  /** Where several Regions are looked at. */
  readonly region?: string;
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped';
  readonly message: string;
  readonly remedy?: string;
}

/** Keys in the environment; `expiresAt`: ISO 8601. */
export type Keys = Credentials & { readonly expiresAt?: string };

/** A policy of IAM, as far as a test takes it apart. */
interface Policy {
  readonly Version: string;
  readonly Statement: readonly { readonly Sid: string; readonly Action: string | readonly string[] }[];
}

/** An account on loopback that `setup` has made ready, and a role that has the policy for whoever runs. */
export interface DoctoredAccount {
  readonly account: Account;
  /** Folder that commands are given in; it has the settings that `setup` wrote. */
  readonly folder: string;
  /** Runs a command as somebody; by default as the role that has the policy for whoever runs. */
  run(argv: readonly string[], who?: Keys): Promise<Ran>;
  /** What `doctor --json` finds, by check, `role` or `bucket us-west-2`, and how it ended. */
  doctor(
    argv?: readonly string[],
    who?: Keys,
  ): Promise<{ readonly code: number; readonly checks: ReadonlyMap<string, ToldCheck> }>;
  /** The same as `setup` before, which mends what a test has broken. */
  mend(...more: readonly string[]): Promise<void>;
  /** A role with the policy for whoever runs, but for what is left out of it: a statement, or an action of one. */
  without(...left: readonly string[]): Promise<Credentials>;
  close(): Promise<void>;
}

const PLACE = { partition: 'aws', region: 'us-east-1', account: '123456789012' };
const RUNNER = `arn:aws:iam::${PLACE.account}:role/runner`;

/** Opens it. `setup` are words of the command line that it is made ready by. */
export async function openDoctoredAccount(setup: readonly string[], options: AccountOptions = {}): Promise<DoctoredAccount> {
  const account = await startAccount({ place: PLACE, ...options });
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-doctor-'));
  const where = ['--region', PLACE.region, '--endpoint-url', account.url];
  const run = (argv: readonly string[], who: Keys = credentialsFor(RUNNER)) =>
    as(who, () => commandLine(argv.includes('--endpoint-url') ? argv : [...argv, '--endpoint-url', account.url], folder, ENV));
  const admin = async (...argv: readonly string[]): Promise<Ran> => {
    const ran = await as(ADMINISTRATOR, () => commandLine([...argv, ...where], folder, ENV));
    if (ran.code !== 0) throw new Error(ran.stderr);
    return ran;
  };
  const mend = async (...more: readonly string[]): Promise<void> => {
    await admin('setup', ...setup, ...more, '--yes');
    await account.bedrock.clearFaults();
    await account.readIam();
  };
  const { iam } = account.clients;
  const addRole = (RoleName: string) => iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: TRUST }));
  await mend();
  await addRole('runner');
  const PolicyArn = `arn:aws:iam::${PLACE.account}:policy/batchrock-run-${PLACE.region}`;
  await iam.send(new AttachRolePolicyCommand({ RoleName: 'runner', PolicyArn }));
  await account.readIam();
  let roles = 0;
  return {
    account,
    folder,
    run,
    mend,
    async doctor(argv = [], who) {
      const { code, stdout, stderr } = await run(['doctor', '--model', MODEL, ...argv, '--json'], who);
      if (stdout === '') throw new Error(stderr);
      const { checks } = JSON.parse(stdout) as { readonly checks: readonly ToldCheck[] };
      const nameOf = ({ id, region }: ToldCheck): string => (region === undefined ? id : `${id} ${region}`);
      return { code, checks: new Map(checks.map((each) => [nameOf(each), each])) };
    },
    async without(...left) {
      const { stdout } = await admin('setup', ...setup, '--print', '--json');
      const policy = (JSON.parse(stdout) as { readonly callerPolicy: Policy }).callerPolicy;
      const Statement = policy.Statement.filter(({ Sid }) => !left.includes(Sid)).map((each) => ({
        ...each,
        Action: [each.Action].flat().filter((action) => !left.includes(action)),
      }));
      roles += 1;
      const RoleName = `weaker-${roles}`;
      await addRole(RoleName);
      const PolicyDocument = JSON.stringify({ ...policy, Statement });
      await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: 'less', PolicyDocument }));
      await account.readIam();
      return credentialsFor(`arn:aws:iam::${PLACE.account}:role/${RoleName}`);
    },
    async close() {
      rmSync(folder, { recursive: true, force: true });
      await account.close();
    },
  };
}

/** Says to the command line that there is an identity, which the SDK's chain finds. */
const ENV = { env: { AWS_ACCESS_KEY_ID: 'of the process' } };

/** The model that everything is set up for. */
export const MODEL = 'us.amazon.nova-lite-v1:0';

const TRUST = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${PLACE.account}:root` }, Action: 'sts:AssumeRole' }],
});

/** Does something with keys in the environment, where the SDK's own chain finds them. */
async function as<T>(who: Keys, work: () => Promise<T>): Promise<T> {
  const keys = {
    AWS_ACCESS_KEY_ID: who.accessKeyId,
    AWS_SECRET_ACCESS_KEY: who.secretAccessKey,
    AWS_SESSION_TOKEN: who.sessionToken,
    AWS_CREDENTIAL_EXPIRATION: who.expiresAt,
  };
  const before = Object.keys(keys).map((name) => [name, process.env[name]] as const);
  const set = (name: string, value: string | undefined): void => {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  };
  for (const [name, value] of Object.entries(keys)) set(name, value);
  try {
    return await work();
  } finally {
    for (const [name, value] of before) set(name, value);
  }
}

/** A server before the account that says another time, or answers by itself. */
export interface Before {
  readonly url: string;
  close(): Promise<void>;
}

/** What a server before an account is asked. */
interface Asked {
  readonly path: string;
  /** That the request is signed for. */
  readonly region: string | undefined;
}

/** Opens one: what `answers` gives for a request stands, with `status` (default: 403); else the account answers, `behindMs` earlier. */
export async function openBefore(
  url: string,
  o: {
    readonly behindMs?: number;
    readonly status?: number;
    readonly answers?: (body: string, asked: Asked) => string | undefined;
  },
): Promise<Before> {
  const server = createServer((incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const body = Buffer.concat(chunks);
      const date = new Date(Date.now() - (o.behindMs ?? 0)).toUTCString();
      const { method, url: path = '', headers } = incoming;
      const [, region] = /Credential=[^/]+\/\d+\/([-a-z0-9]+)\//.exec(headers.authorization ?? '') ?? [];
      const own = o.answers?.(body.toString(), { path, region });
      if (own !== undefined) return void response.writeHead(o.status ?? 403, { 'content-type': 'text/xml', date }).end(own);
      const target = new URL(url);
      const onAnswer = (answer: IncomingMessage): void => {
        response.writeHead(answer.statusCode ?? 502, { ...answer.headers, date });
        answer.pipe(response);
      };
      const onward = { host: target.hostname, port: target.port, method, path, headers };
      httpRequest(onward, onAnswer)
        .once('error', () => response.destroy())
        .end(body);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
