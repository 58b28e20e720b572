import { type JsonServer, ServiceFault, startJsonServer } from './json-server.ts';

/** What became of a task. */
export type TaskState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'succeeded'; readonly output: string }
  | { readonly kind: 'failed'; readonly error: string; readonly cause: string }
  /** Its execution has ended without it, or the task is between two tries. */
  | { readonly kind: 'timedOut' };

/** Tasks behind Step Functions' protocol. */
export interface StepFunctionsServer extends JsonServer {
  readonly tasks: Map<string, TaskState>;
  readonly calls: string[];
  /** Errors that the next calls are answered with. */
  readonly faults: string[];
}

/** Step Functions takes so many characters as the output of a task (Service quotas, 2026-11). */
const MOST_OUTPUT = 262_144;

/** Starts it without tasks; a test adds them by their tokens. */
export async function startStepFunctionsServer(): Promise<StepFunctionsServer> {
  const tasks = new Map<string, TaskState>();
  const calls: string[] = [];
  const faults: string[] = [];
  const waiting = (operation: string, token: string): void => {
    calls.push(operation);
    const fault = faults.shift();
    // As careless as a service may be: it quotes the token.
    if (fault !== undefined) throw new ServiceFault(fault, `${fault}: ${token}`);
    const task = tasks.get(token);
    if (task === undefined) throw new ServiceFault('InvalidToken', `Invalid Token: '${token}'`);
    if (task.kind !== 'waiting') throw new ServiceFault('TaskTimedOut', `Task Timed Out: '${token}'`);
  };
  const server = await startJsonServer({
    SendTaskSuccess({ taskToken, output }) {
      waiting('SendTaskSuccess', String(taskToken));
      if (String(output).length > MOST_OUTPUT) throw new ServiceFault('InvalidOutput', 'too large');
      tasks.set(String(taskToken), { kind: 'succeeded', output: String(output) });
    },
    SendTaskFailure({ taskToken, error, cause }) {
      waiting('SendTaskFailure', String(taskToken));
      tasks.set(String(taskToken), { kind: 'failed', error: String(error), cause: String(cause) });
    },
    SendTaskHeartbeat({ taskToken }) {
      waiting('SendTaskHeartbeat', String(taskToken));
    },
  });
  return { ...server, tasks, calls, faults };
}
