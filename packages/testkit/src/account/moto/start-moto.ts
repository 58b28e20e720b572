import { fileURLToPath } from 'node:url';
import { freePort } from '../../clients/free-port.ts';
import { openPythonEnvironment } from '../../clients/python.ts';
import { type ForeignServer, startServer } from '../../clients/python-server.ts';

/** Ends what hangs. Python loads for seconds, and for minutes on a machine that does much else. */
const START_MS = 600_000;
const file = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

/** How moto is started. */
export interface MotoOptions {
  /** The port that moto takes for its own: calls of its state machines go there. */
  readonly frontPort: number;
  readonly account: string;
  readonly region: string;
  /** The file that its log is written to. */
  readonly log: string;
}

/**
 * Starts moto with its interpreter of state machines, on loopback, as `server.py` changes it. It ends with this process.
 * Python's part is installed by the first call on a machine.
 */
export async function startMoto(options: MotoOptions): Promise<ForeignServer> {
  const { python } = await openMotoEnvironment();
  const port = await freePort();
  return startServer({
    name: 'moto',
    program: python,
    args: [file('./server.py'), JSON.stringify(['-H', '127.0.0.1', '-p', String(port)])],
    env: {
      MOTO_PORT: String(options.frontPort),
      MOTO_ACCOUNT_ID: options.account,
      AWS_DEFAULT_REGION: options.region,
    },
    url: `http://127.0.0.1:${port}`,
    alivePath: '/moto-api/',
    log: options.log,
    startMs: START_MS,
    endsWithInput: true,
  });
}

/** The virtual environment that moto runs in, installed when it is not there. */
export function openMotoEnvironment(): ReturnType<typeof openPythonEnvironment> {
  const root = file('../../../../../');
  return openPythonEnvironment(`${root}.venv-account`, file('./requirements.txt'));
}
