import { SendTaskFailureCommand, SendTaskHeartbeatCommand, SendTaskSuccessCommand, type SFNClient } from '@aws-sdk/client-sfn';

/** What a task is told. */
export type TaskAnswer =
  | { readonly kind: 'success'; readonly output: string }
  | { readonly kind: 'failure'; readonly error: string; readonly cause: string };

/** `gone`: Step Functions does not wait by this token (any more, or between two tries of the task). */
export type Told = 'told' | 'gone';

/** The tasks that wait for a job. */
export interface Tasks {
  answer(taskToken: string, answer: TaskAnswer): Promise<Told>;
  /** Says that the job is still under way, which also tells whether anybody waits. */
  heartbeat(taskToken: string): Promise<Told>;
}

const GONE = new Set(['TaskTimedOut', 'TaskDoesNotExist', 'InvalidToken']);
/** Lengths of an error and a cause (Step Functions API reference, 2026-11). */
const MAX_ERROR = 256;
const MAX_CAUSE = 32_768;

/** Tasks on Step Functions. */
export function createTasks(client: SFNClient): Tasks {
  return {
    answer: (taskToken, answer) => tell(taskToken, send(client, taskToken, answer)),
    heartbeat: (taskToken) => tell(taskToken, client.send(new SendTaskHeartbeatCommand({ taskToken }))),
  };
}

function send(client: SFNClient, taskToken: string, answer: TaskAnswer): Promise<unknown> {
  if (answer.kind === 'success') return client.send(new SendTaskSuccessCommand({ taskToken, output: answer.output }));
  const { error, cause } = answer;
  return client.send(
    new SendTaskFailureCommand({ taskToken, error: error.slice(0, MAX_ERROR), cause: cause.slice(0, MAX_CAUSE) }),
  );
}

async function tell(taskToken: string, call: Promise<unknown>): Promise<Told> {
  try {
    await call;
    return 'told';
  } catch (error) {
    if (error instanceof Error && GONE.has(error.name)) return 'gone';
    throw withoutToken(error, taskToken);
  }
}

/** A service may quote the token that it refuses; whoever logs the error must not. */
function withoutToken(error: unknown, taskToken: string): Error {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  return Object.assign(new Error(message.replaceAll(taskToken, '(task token)')), { name });
}
