import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openMotoEnvironment } from '../account/moto/index.ts';
import { freePort } from '../clients/free-port.ts';
import { startServer } from '../clients/python-server.ts';

/** Ends what hangs. Python loads for seconds, and for minutes on a machine that does much else. */
const START_MS = 600_000;

/** An empty account with a CloudFormation that is not ours, on loopback. */
export interface DeployTarget {
  readonly url: string;
  /** Programs that moto brings: `python`, `cfn-lint`. */
  readonly bin: string;
  /** An empty folder, which goes with the account. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Starts moto as `moto_stacks.py` changes it, and lets what AWS calls this process makes go there until it is closed. */
export async function startDeployTarget(): Promise<DeployTarget> {
  const { bin, python } = await openMotoEnvironment();
  const folder = mkdtempSync(join(tmpdir(), 'batchrock-deploy-'));
  const port = await freePort();
  const moto = await startServer({
    name: 'moto',
    program: python,
    args: [fileURLToPath(new URL('./moto_stacks.py', import.meta.url)), JSON.stringify(['-H', '127.0.0.1', '-p', String(port)])],
    url: `http://127.0.0.1:${port}`,
    alivePath: '/moto-api/',
    log: join(folder, 'moto.log'),
    startMs: START_MS,
    endsWithInput: true,
  });
  const before = setEnvironment({
    AWS_ENDPOINT_URL: moto.url,
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    AWS_REGION: 'us-east-1',
    // neither the profiles of this machine nor the toolkit's own notes of accounts
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_SHARED_CREDENTIALS_FILE: join(folder, 'none'),
    AWS_PROFILE: undefined,
    CDK_HOME: join(folder, 'cdk-home'),
  });
  return {
    url: moto.url,
    bin,
    folder,
    async close() {
      setEnvironment(before);
      await moto.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Sets variables of this process, which the SDK reads, and gives what they were. */
function setEnvironment(values: Readonly<Record<string, string | undefined>>): Record<string, string | undefined> {
  const before = Object.fromEntries(Object.keys(values).map((name) => [name, process.env[name]]));
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  return before;
}
