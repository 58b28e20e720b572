import type { ServiceClock } from '@batchrock/local';
import type { InvokeAnswer } from '../functions/index.ts';
import type { Queue, ReceivedMessage } from '../queues/index.ts';
import { doneOf } from './batch-answer.ts';
import type { Mapping, POLLING_ACTIONS } from './mapping.ts';
import { sqsEvent } from './sqs-event.ts';

/** Lambda, polling a queue for a function. */
export interface Poller {
  /** Receives nothing more. What was received and not yet handed over becomes visible again in its time. */
  close(): void;
}

/** What a poller needs. */
export interface PollerOptions {
  readonly mapping: Mapping;
  readonly queue: Queue;
  readonly clock: ServiceClock;
  /** Invokes a function and waits for its answer. Never rejects. */
  readonly invoke: (functionName: string, event: string) => Promise<InvokeAnswer>;
  /** Whether the function's role may do so at the queue. */
  readonly isAllowed: (action: (typeof POLLING_ACTIONS)[number]) => Promise<boolean>;
}

/** Messages that one invocation gets. */
interface Batch {
  readonly messages: ReceivedMessage[];
  /** When the first of them is visible again. */
  readonly until: number;
}

/**
 * Batches at once where the mapping sets no limit: what Lambda begins with. It adds up to 300 a minute, 1,250 in all (Lambda
 * Developer Guide, "Configuring scaling behavior for SQS event source mappings", 2026-11), but no invocation takes minutes here.
 */
const FIRST_CONCURRENCY = 5;
/** What one ReceiveMessage gives at most. */
const MOST_RECEIVED = 10;
/** The first wait after a throttled invocation; each is twice the one before. Lambda backs off, by how much it does not say. */
const FIRST_WAIT_MS = 1_000;
/** When a poll that the role was refused is tried again. */
const REFUSED_WAIT_MS = 60_000;

/**
 * Receives whatever is visible, as soon as it is, in batches; a batch that would be small waits for the window. What the function
 * has done is deleted; everything else is left to the visibility timeout of the queue. A throttled invocation is tried again
 * until then (Lambda Developer Guide, "Handling errors for an SQS event source", 2026-11). An empty queue is not looked at: the
 * queue tells of new messages, the clock of those that become visible again. A batch is not cut at the 6 MB of an invocation.
 */
export function startPoller({ mapping, queue, clock, invoke, isAllowed }: PollerOptions): Poller {
  const most = mapping.maximumConcurrency ?? FIRST_CONCURRENCY;
  const waits = new Set<() => void>();
  let running = 0;
  let gathering: Batch | undefined;
  let refusedUntil = 0;
  let isLooking = false;
  let isStale = false;
  let isClosed = false;
  let takeBack = (): void => {};

  const later = (ms: number, work: () => void | Promise<void>): (() => void) => {
    const cancel = clock.at(clock.now() + ms, () => {
      waits.delete(cancel);
      return work();
    });
    waits.add(cancel);
    return cancel;
  };
  const hasRoom = (): boolean => running < most;
  const isDue = (): boolean => (queue.nextVisible() ?? Number.POSITIVE_INFINITY) <= clock.now();

  const handOver = (): void => {
    const batch = gathering;
    gathering = undefined;
    if (batch === undefined || isClosed) return;
    running += 1;
    void attempt(batch, 0);
  };
  const attempt = async (batch: Batch, throttles: number): Promise<void> => {
    const over = clock.busy();
    try {
      const answer = await invoke(mapping.functionName, sqsEvent(batch.messages, queue.arn));
      const waitMs = FIRST_WAIT_MS * 2 ** throttles;
      if (answer.statusCode === 429 && clock.now() + waitMs < batch.until && !isClosed) {
        return void later(waitMs, () => attempt(batch, throttles + 1));
      }
      await deleteDone(batch, answer);
      running -= 1;
      void look();
    } finally {
      over();
    }
  };
  const deleteDone = async ({ messages }: Batch, answer: InvokeAnswer): Promise<void> => {
    if (answer.statusCode !== 200 || answer.functionError !== undefined) return;
    const ids = messages.map(({ id }) => id);
    const done = mapping.reportsItemFailures ? doneOf(ids, Buffer.from(answer.payload).toString()) : ids;
    const doomed = messages.filter(({ id }) => done.includes(id));
    if (doomed.length === 0 || !(await isAllowed('DeleteMessage'))) return;
    for (const { receiptHandle } of doomed) queue.delete(receiptHandle);
  };
  const gather = (messages: readonly ReceivedMessage[]): void => {
    if (gathering === undefined) {
      gathering = { messages: [], until: clock.now() + queue.settings.visibilitySeconds * 1000 };
      const batch = gathering;
      if (mapping.windowSeconds > 0) later(mapping.windowSeconds * 1000, () => void (gathering === batch && handOver()));
    }
    gathering.messages.push(...messages);
    if (mapping.windowSeconds === 0 || gathering.messages.length >= mapping.batchSize) handOver();
  };
  const receive = async (): Promise<void> => {
    while (!isClosed && hasRoom() && isDue() && clock.now() >= refusedUntil) {
      if (!(await isAllowed('GetQueueAttributes')) || !(await isAllowed('ReceiveMessage'))) {
        refusedUntil = clock.now() + REFUSED_WAIT_MS;
        return;
      }
      const wanted = mapping.batchSize - (gathering?.messages.length ?? 0);
      const messages = queue.receive(Math.min(MOST_RECEIVED, wanted));
      if (messages.length > 0) gather(messages);
    }
  };
  /** Looks until nothing has changed while it did. */
  const look = async (): Promise<void> => {
    isStale = true;
    if (isLooking || isClosed) return;
    isLooking = true;
    const over = clock.busy();
    try {
      while (isStale) {
        isStale = false;
        await receive();
      }
    } finally {
      isLooking = false;
      arm();
      over();
    }
  };
  const arm = (): void => {
    takeBack();
    const next = queue.nextVisible();
    if (isClosed || !hasRoom() || next === undefined) return;
    takeBack = clock.at(Math.max(next, refusedUntil), look);
  };

  const unwatch = queue.watch(() => void look());
  void look();
  return {
    close() {
      isClosed = true;
      unwatch();
      takeBack();
      for (const cancel of waits) cancel();
    },
  };
}
