import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { type Ended, type Program, startProgram } from '../../processes/program.ts';
import type { Account } from '../account.ts';
import { ADMINISTRATOR, type Credentials } from '../front/index.ts';

const MINUTE_MS = 60_000;

/** How a command is run. */
export interface CommandOptions {
  /** The state directory, a folder of the current one; default: `state`. */
  readonly state?: string;
  /** Whose keys it finds; default: the administrator's. */
  readonly as?: Credentials;
  /** The account's clock does not go on meanwhile. */
  readonly isStill?: boolean;
}

/** The command line in processes of its own, as a user of the account. */
export interface CommandLine {
  /** Its current folder. */
  readonly cwd: string;
  /** What its processes find in their environment. */
  readonly env: Readonly<Record<string, string>>;
  start(argv: readonly string[], state?: string, as?: Credentials): Program;
  /** The same until it has ended. */
  batchrock(argv: readonly string[], o?: CommandOptions): Promise<Ended>;
  /** The same with `--json`, for one that is to succeed: the last document that it says. */
  succeed(argv: readonly string[], o?: CommandOptions): Promise<Record<string, unknown>>;
  close(): void;
}

/** Opens a folder for the command line. */
export function openCommandLine(account: Account): CommandLine {
  const cwd = mkdtempSync(join(tmpdir(), 'batchrock-stack-'));
  const env = {
    AWS_ENDPOINT_URL: account.url,
    AWS_REGION: account.place.region,
    ...keysOf(ADMINISTRATOR),
    // of some twenty starts only the first compiles
    NODE_COMPILE_CACHE: join(cwd, 'compiled'),
  };
  const start = (argv: readonly string[], state = 'state', as = ADMINISTRATOR): Program =>
    startProgram(argv, { cwd, env: { ...env, ...keysOf(as), BATCHROCK_STATE_DIR: join(cwd, state) } });
  const batchrock = async (argv: readonly string[], o: CommandOptions = {}): Promise<Ended> => {
    const program = start(argv, o.state, o.as);
    let isOver = false;
    const ended = program.ended.finally(() => {
      isOver = true;
    });
    while (!o.isStill && !isOver) {
      await account.clock.idle();
      await account.clock.advance(MINUTE_MS);
      await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 20))]);
    }
    return ended;
  };
  return {
    cwd,
    env,
    start,
    batchrock,
    async succeed(argv, o) {
      const { code, stdout, stderr } = await batchrock([...argv, '--json'], o);
      expect({ code, stderr: code === 0 ? '' : stderr }).toEqual({ code: 0, stderr: '' });
      return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '');
    },
    close: () => rmSync(cwd, { recursive: true, force: true }),
  };
}

function keysOf({ accessKeyId, secretAccessKey, sessionToken }: Credentials) {
  return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_SESSION_TOKEN: sessionToken };
}
