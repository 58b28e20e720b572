import { type Ledger, type NewItem, type RunPorts, transact, type Write } from '@batchrock/core';

/** The tasks that wait for a file: item `TASKS#<file>`, schema `tasks/1`. It is shown nowhere: a token is a password. */
interface WaitingTasks {
  readonly file: string;
  readonly tokens: readonly string[];
}

/** Tokens are up to 2,048 characters long (Step Functions API reference, 2026-11), and an item 400 KB: more are never alive. */
const MOST_WAITING = 20;

function tasksKey(file: string): string {
  return `TASKS#${file}`;
}

/** Tokens of the tasks that wait for a file. */
export async function waitingTasks({ ledger }: { readonly ledger: Ledger }, file: string): Promise<readonly string[]> {
  return ((await ledger.get(tasksKey(file)))?.body as WaitingTasks | undefined)?.tokens ?? [];
}

/** The write that makes one more task wait; the oldest are forgotten when there are too many. */
export async function addTask({ ledger }: { readonly ledger: Ledger }, file: string, token: string): Promise<Write> {
  const item = await ledger.get(tasksKey(file));
  const before = (item?.body as WaitingTasks | undefined)?.tokens ?? [];
  const tokens = [...before.filter((each) => each !== token), token].slice(-MOST_WAITING);
  return { put: itemOf({ file, tokens }), expect: item?.version ?? 'absent' };
}

/** Forgets tasks that were told or are gone; returns those that are left. */
export function forgetTasks(ports: RunPorts, file: string, gone: ReadonlySet<string>): Promise<readonly string[]> {
  return transact<readonly string[]>(ports, async () => {
    const item = await ports.ledger.get(tasksKey(file));
    const before = (item?.body as WaitingTasks | undefined)?.tokens ?? [];
    const tokens = before.filter((token) => !gone.has(token));
    if (item === undefined || tokens.length === before.length) return { writes: [], result: before };
    const write: Write =
      tokens.length === 0 ? { remove: item.key, expect: item.version } : { put: itemOf({ file, tokens }), expect: item.version };
    return { writes: [write], result: tokens };
  });
}

function itemOf(body: WaitingTasks): NewItem<WaitingTasks> {
  return { key: tasksKey(body.file), schema: 'tasks/1', body, indexes: [] };
}
