import { type EventBody, findPart, type PartBody, partId, type RunPorts } from '@batchrock/core';
import type { LogFields } from '../log/index.ts';
import { type PastSpans, pastSpans } from './span.ts';

/** When what happened to a part, milliseconds since the epoch. */
type Times = Partial<Record<EventBody['kind'], number>>;

/** What makes spans of the parts of a run, below the span that was active when it was opened. */
export interface PartSpans {
  see(event: EventBody): void;
  /** Resolves when all that was seen has its spans. */
  done(): Promise<void>;
}

/** The step that ends with an event: its name, and the event that it began with. */
const STEPS: { readonly [kind in EventBody['kind']]?: readonly [name: string, from: EventBody['kind']] } = {
  submitted: ['submit', 'submitting'],
  ended: ['job', 'submitted'],
  collected: ['harvest', 'ended'],
};

/**
 * Spans of what this process hears of parts: `submit` until the job's ARN is known, `job` while Bedrock works on it, `harvest` until its
 * outcomes are written. A step that began before this process came has none.
 */
export async function openPartSpans(ports: Pick<RunPorts, 'ledger'>, about: LogFields): Promise<PartSpans | undefined> {
  const spans = await pastSpans();
  if (spans === undefined) return undefined;
  const seen = new Map<string, Times>();
  let last = Promise.resolve();
  return {
    see(event) {
      const { kind, part, attempt, at } = event;
      if (part === undefined || attempt === undefined) return spans.event(kind, { run: event.run }, at);
      const key = partId(attempt, part);
      const times = { ...seen.get(key), [kind]: at };
      seen.set(key, times);
      if (kind === 'blocked') return spans.event(kind, { run: event.run, part, attempt }, at);
      const [name, begun] = STEPS[kind] ?? [];
      const from = begun === undefined ? undefined : times[begun];
      if (kind === 'collected') seen.delete(key);
      if (name === undefined || from === undefined) return;
      last = last.then(() => addStep({ ports, spans, about }, name, event, { from, to: at })).catch(() => undefined);
    },
    done: () => last,
  };
}

async function addStep(
  { ports, spans, about }: { readonly ports: Pick<RunPorts, 'ledger'>; readonly spans: PastSpans; readonly about: LogFields },
  name: string,
  { run, part = 0, attempt = 0, jobArn }: EventBody,
  times: { readonly from: number; readonly to: number },
): Promise<void> {
  const body = (await findPart(ports.ledger, { run, part, attempt }))?.body;
  spans.add(name, { ...about, part, attempt, ...fieldsOf(body, name, jobArn ?? body?.jobArn) }, times);
}

/** What the ledger knows of a part; how it came out belongs to its end alone. */
function fieldsOf(part: PartBody | undefined, name: string, jobArn: string | undefined): LogFields {
  const job = jobArn === undefined ? {} : { jobArn, region: jobArn.split(':')[3] ?? '' };
  if (part === undefined) return job;
  const { records, jobName, jobStatus, collected: counts } = part;
  const ended = name === 'submit' || jobStatus === undefined ? {} : { status: jobStatus };
  const outcomes =
    name !== 'harvest' || counts === undefined
      ? {}
      : {
          succeeded: counts.succeeded,
          failed: counts.failed + counts.retryable,
          missing: counts.missing,
          ...(counts.inputTokens !== undefined && { inputTokens: counts.inputTokens }),
          ...(counts.outputTokens !== undefined && { outputTokens: counts.outputTokens }),
        };
  return { ...job, records, jobName, ...ended, ...outcomes };
}
