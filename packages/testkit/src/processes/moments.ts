import { appendFileSync } from 'node:fs';
import { isChange } from './changes.ts';

const isCounted = process.env['PORTS_COUNT'] === 'changes' ? isChange : () => true;
const at = Number(process.env['PORTS_AT'] ?? 0);
const signal = process.env['PORTS_SIGNAL'] ?? 'SIGKILL';
const trace = process.env['PORTS_TRACE'];
let count = 0;

/** One moment has come: at the one that was asked for, this process gives itself the signal, which is there before the next line. */
function moment(name: string): void {
  if (!isCounted(name)) return;
  count++;
  if (trace !== undefined) appendFileSync(trace, `${name}\n`);
  if (count === at) process.kill(process.pid, signal);
}

/** A call between its two moments. */
export async function between<T>(name: string, call: () => Promise<T>): Promise<T> {
  moment(`before ${name}`);
  const result = await call();
  moment(`after ${name}`);
  return result;
}

/** A listing between its two moments: the second comes behind its last item. */
export async function* betweenAll<T>(name: string, items: () => AsyncIterable<T>): AsyncIterable<T> {
  moment(`before ${name}`);
  yield* items();
  moment(`after ${name}`);
}
