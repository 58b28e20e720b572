import type { PartBody, PartFacts } from '../job/index.ts';
import type { Price } from '../model/index.ts';
import type { AskedTail, RunBody, RunDocument, RunTail } from './document.ts';
import type { RunPorts } from './ports.ts';

type Ports = Pick<RunPorts, 'clock' | 'runtime'>;

/** What a run has from its document that says whether its tail goes on demand. */
export function tailOf({ createdAt, asked }: Pick<RunDocument, 'createdAt' | 'asked'>): Pick<RunBody, 'tail'> {
  return asked?.tail === undefined ? {} : { tail: runTail(asked.tail, createdAt) };
}

/** What was asked, with the deadline as a moment. */
export function runTail({ concurrency, deadlineMs }: AskedTail, createdAt: number): RunTail {
  return {
    ...(concurrency !== undefined && { concurrency }),
    ...(deadlineMs !== undefined && { deadlineAt: createdAt + deadlineMs }),
  };
}

/**
 * Whether a part that waits is to be asked for on demand: it is below the service's minimum, and would be padded, or the deadline of its
 * run is past. Where no model can be asked on demand, as in an account's functions, it becomes a job like any other.
 */
export function goesOnDemand(ports: Ports, run: Pick<RunBody, 'tail'>, part: PartFacts): boolean {
  if (ports.runtime === undefined || run.tail === undefined || part.records === 0) return false;
  return part.sentinels > 0 || isPastDeadline(ports, run);
}

/** True when nothing of the run waits for a job any more. */
export function isPastDeadline(ports: Ports, { tail }: Pick<RunBody, 'tail'>): boolean {
  return ports.runtime !== undefined && tail?.deadlineAt !== undefined && ports.clock.now() >= tail.deadlineAt;
}

/** How many records by batch inference cost as much as so many of a part do: budgets are kept in them. */
export function pricedRecords(
  part: PartFacts & Pick<PartBody, 'onDemand'>,
  price: Price | undefined,
  records = part.records,
): number {
  return part.onDemand === true ? records * fullPrice(price) : records;
}

/** How many times the price by batch inference a model costs on demand. */
function fullPrice(price: Price | undefined): number {
  const batch = price?.batch;
  if (price === undefined || batch === undefined) return 2;
  const sum = batch.input + batch.output;
  return sum > 0 ? (price.input + price.output) / sum : 2;
}
