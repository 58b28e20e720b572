import type { PartBody, PartState } from '../job/index.ts';
import type { LaneBody } from '../lane/index.ts';
import type { IndexEntry, NewItem } from '../ports/index.ts';
import type { EventBody, RunBody } from './document.ts';
import { ledgerKeys, partSort } from './keys.ts';

/** Leads from a job's name to its part, schema `name/1`. Written with the intent, so it is there before the job is. */
export interface NameBody {
  readonly jobName: string;
  readonly run: string;
  readonly attempt: number;
  readonly part: number;
}

/** Where the parts of a lane in one state are found, by run, attempt and part. */
export function openPartsAt(lane: string, state: PartState): string {
  return `${lane}#${state}`;
}

/** Where the runs of a lane are found that have not come to rest. */
export function openRunsAt(lane: string): string {
  return `${lane}#run`;
}

/** The order of parts in the `open` index: by run, attempt and part. `after: openSort(run)` begins at a run's first part. */
export function openSort(run: string, attempt?: number, part?: number): string {
  return attempt === undefined || part === undefined ? `${run}#` : `${run}#${partSort(attempt, part)}`;
}

/** A part as an item: in `parts` at its run, and in `open` until it is collected. */
export function partItem(body: PartBody): NewItem<PartBody> {
  const { run, attempt, part, lane, state } = body;
  const parts: IndexEntry = { index: 'parts', at: run, sort: partSort(attempt, part) };
  const open: IndexEntry = { index: 'open', at: openPartsAt(lane, state), sort: openSort(run, attempt, part) };
  return {
    key: ledgerKeys.part(run, attempt, part),
    schema: 'part/1',
    body,
    indexes: state === 'collected' ? [parts] : [parts, open],
  };
}

/** A run as an item: in `runs`, oldest first, and in `open` until it is stopped or has ended. */
export function runItem(body: RunBody): NewItem<RunBody> {
  const runs: IndexEntry = { index: 'runs', at: 'all', sort: String(body.createdAt).padStart(15, '0') };
  const open: IndexEntry = { index: 'open', at: openRunsAt(body.lane), sort: body.run };
  const resting = body.state === 'stopped' || body.state === 'ended';
  return { key: ledgerKeys.run(body.run), schema: 'run/1', body, indexes: resting ? [runs] : [runs, open] };
}

/** A lane as an item; found by its key alone. */
export function laneItem(body: LaneBody): NewItem<LaneBody> {
  return { key: ledgerKeys.lane(body.lane), schema: 'lane/1', body, indexes: [] };
}

/** A job's name as an item; found by its key alone. */
export function nameItem(body: NameBody): NewItem<NameBody> {
  return { key: ledgerKeys.name(body.jobName), schema: 'name/1', body, indexes: [] };
}

/** An event as an item: in `events` at its run, in order of its sequence number. */
export function eventItem(body: EventBody): NewItem<EventBody> {
  return {
    key: ledgerKeys.event(body.run, body.seq),
    schema: 'event/1',
    body,
    indexes: [{ index: 'events', at: body.run, sort: eventSort(body.seq) }],
  };
}

/** The order of events of a run. */
export function eventSort(seq: number): string {
  return String(seq).padStart(10, '0');
}
