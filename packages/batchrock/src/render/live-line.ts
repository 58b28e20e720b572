import type { RunStatus } from '../sdk/run-status.ts';
import { count, durationRange, percent, short, UNKNOWN, usd, usdAlike } from './figures.ts';
import { displayWidth, fit } from './width.ts';

/** What the live line shows. */
export interface LiveView {
  readonly status: RunStatus;
  /** 0 to 1; it never goes back, which the caller sees to. */
  readonly share: number | undefined;
  readonly recordsPerMinute: number | undefined;
  /** Milliseconds, the soonest and the latest that is likely. */
  readonly eta: readonly [number, number] | undefined;
}

/** A piece of the line; those of the highest `rank` go first when the terminal is narrow. */
interface Segment {
  readonly text: string;
  readonly rank: number;
}

const BAR_WIDTH = 10;

/** One line, at most `width` columns: the whole of it if it fits, else in short, and then without what matters least. */
export function renderLiveLine(view: LiveView, width: number): string {
  const head = `run ${view.status.run} ${percent(view.share)}`;
  const whole = segmentsOf(view)
    .map((each) => each.text)
    .join('');
  if (displayWidth(whole) <= width) return whole;
  let segments = shortSegmentsOf(view);
  for (;;) {
    const line = segments.map((each) => each.text).join('');
    if (displayWidth(line) <= width) return line;
    const last = Math.max(...segments.map((each) => each.rank));
    if (last === 0) return fit(head, width);
    segments = segments.filter((each) => each.rank < last);
  }
}

/** All that there is to say. */
function segmentsOf(view: LiveView): Pick<Segment, 'text'>[] {
  const { status } = view;
  const { ok, errors, queued } = countsOf(status);
  const generation = status.attempt > 1 ? ` · attempt ${status.attempt}` : '';
  return [
    { text: `run ${status.run}` },
    { text: ` ${bar(view.share)}` },
    { text: ` ${percent(view.share)}` },
    { text: ` ${count(ok + errors)}/${count(status.rows)}` },
    { text: ` · ok ${count(ok)} err ${count(errors)}` },
    { text: ` · jobs ${count(status.jobs.running)}/${count(status.jobs.slots)}${queued}${generation}` },
    { text: ` · ${rate(view.recordsPerMinute)}` },
    { text: ` · ${tokens(view)}` },
    { text: ` · ${money(view)}` },
    { text: ` · ${eta(view)}` },
  ];
}

/** The same in short: rows, errors, rate, cost and time left go into 80 columns. */
function shortSegmentsOf(view: LiveView): Segment[] {
  const { status } = view;
  const { ok, errors, queued } = countsOf(status);
  const cost = status.cost.batchUsd === undefined ? [] : [{ text: ` · ${costSoFar(view)}`, rank: 6 }];
  return [
    { text: status.run, rank: 0 },
    { text: ` ${bar(view.share)}`, rank: 9 },
    { text: ` ${percent(view.share)}`, rank: 0 },
    { text: ` ${short(ok + errors)}/${short(status.rows)}`, rank: 4 },
    { text: ` · err ${count(errors)}`, rank: 1 },
    { text: ` · jobs ${count(status.jobs.running)}/${count(status.jobs.slots)}${queued}`, rank: 7 },
    { text: ` · ${short(view.recordsPerMinute)}/min`, rank: 5 },
    { text: ` · ${tokens(view)}`, rank: 8 },
    ...cost,
    { text: ` · ${eta(view)}`, rank: 2 },
  ];
}

function countsOf(status: RunStatus) {
  const live = status.processing;
  return {
    ok: status.succeeded + live.succeeded,
    errors: status.failed + live.failed + (status.rejected ?? 0),
    queued: queuedText(status.jobs),
  };
}

function queuedText({ waiting, others }: RunStatus['jobs']): string {
  const told = [
    ...(others === undefined ? [] : [`${count(others)} by others`]),
    ...(waiting > 0 ? [`${count(waiting)} queued`] : []),
  ];
  return told.length === 0 ? '' : ` (${told.join(', ')})`;
}

/** `▕███████───▏`. */
export function bar(share: number | undefined, width = BAR_WIDTH): string {
  const full = Math.floor(Math.min(1, Math.max(0, share ?? 0)) * width + 1e-9);
  return `▕${'█'.repeat(full)}${'─'.repeat(width - full)}▏`;
}

function rate(recordsPerMinute: number | undefined): string {
  return `${short(recordsPerMinute)} rec/min`;
}

function tokens({ status }: LiveView): string {
  return `${short(status.tokens.input)} in ${short(status.tokens.output)} out tok`;
}

function eta(view: LiveView): string {
  return `ETA ${view.eta ? durationRange(...view.eta) : UNKNOWN}`;
}

/** The local Bedrock costs nothing; the figure is what the same run would have cost. */
function costSoFar({ status }: LiveView): string {
  return `${status.synthetic ? 'would be ' : ''}${usd(status.cost.batchUsd)}`;
}

function money(view: LiveView): string {
  const { cost, synthetic } = view.status;
  const ceiling = cost.ceilingUsd === undefined ? '' : ` (ceiling ${usd(cost.ceilingUsd)})`;
  if (cost.priceDate === undefined) return `price unknown${ceiling}`;
  // The local Bedrock costs nothing; the figure is what the same run would have cost.
  const label = synthetic ? 'would be ' : '';
  const [now, whole] = usdAlike(cost.batchUsd, cost.estimatedBatchUsd);
  return `${label}${now} of ~${whole}${ceiling}`;
}
