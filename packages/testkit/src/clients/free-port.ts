import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from '../machine/is-alive.ts';

/**
 * Below the ports that a system hands to whoever wants any: 32768 to 60999 on Linux. Else a connection that goes out, or a server on
 * port 0, would now and then sit on a port before the program that it was meant for listens, or between two servers that follow one another.
 */
const FIRST = 20_000;
const COUNT = 12_000;

/** A file for each port that is given out, with the process that was given it: no other process of ours is given the same. */
const GIVEN = join(tmpdir(), 'batchrock-ports');

/** A port of loopback that nobody listens on at the moment, for a program that takes one. It stays this process's own. */
export async function freePort(): Promise<number> {
  mkdirSync(GIVEN, { recursive: true });
  const from = Math.floor(Math.random() * COUNT);
  for (let i = 0; i < COUNT; i++) {
    const port = FIRST + ((from + i) % COUNT);
    if (claim(port) && (await isFree(port))) return port;
  }
  throw new Error(`no port from ${FIRST} to ${FIRST + COUNT - 1} is free; ${GIVEN} says who has them`);
}

function claim(port: number): boolean {
  const file = join(GIVEN, String(port));
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    // free for the next who asks, and not for whoever asks at the same time
    if (!isAlive(readHolder(file))) rmSync(file, { force: true });
    return false;
  }
}

/** 0, which every process lives under, where the file is not written yet or gone again. */
function readHolder(file: string): number {
  try {
    return Number(readFileSync(file, 'utf8'));
  } catch {
    return 0;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
