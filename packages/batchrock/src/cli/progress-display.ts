import type { EventBody } from '@batchrock/core';
import { logEvent, logStatus, OF_ONE_JOB } from '../log/run-log.ts';
import { isoTime, plural, usd } from '../render/figures.ts';
import { renderLiveLine } from '../render/live-line.ts';
import { Pace } from '../render/pace.ts';
import { countsLine, renderEventLine } from '../render/progress-line.ts';
import { renderLeft } from '../render/run-text.ts';
import { renderStepLine, renderStepLog, type Step } from '../render/step-line.ts';
import { StepPace } from '../render/step-pace.ts';
import type { RunProgress } from '../sdk/progress.ts';
import type { RunStatus } from '../sdk/run-status.ts';
import type { Terminal } from './terminal.ts';

/** Between two lines of a log while nothing changes, and at least while much does. */
const QUIET_LINE_MS = 30_000;
const BUSY_LINE_MS = 1_000;

/** As many jobs that came to nothing are told of by what they said: hundreds mostly say the same, and the rest is in `explain`. */
const MOST_ENDINGS = 5;
/** What a job says that came to nothing. Stopped is one that somebody stopped, who knows. */
const CAME_TO_NOTHING = /^(Failed|Expired)/;
const OF_A_PERMISSION = /denied|not authori[sz]ed|permission|kms/i;

/** Shows how a run goes on: a live line on a terminal, else one line for each change of its counts. */
export class ProgressDisplay {
  readonly #terminal: Terminal;
  readonly #pace = new Pace();
  readonly #steps = new StepPace();
  readonly #now: () => number;
  #status: RunStatus | undefined;
  #run: string | undefined;
  #saidAt = Number.NEGATIVE_INFINITY;
  /** The counts of the newest line of the log. */
  #said = '';
  #trouble = '';
  /** How jobs have ended that came to nothing, each told once. */
  readonly #endings = new Set<string>();
  /** The line of the end, which waits for the counts that come with it. */
  #lastLine: string | undefined;
  #isPrepared = false;

  constructor(terminal: Terminal, options: { readonly now?: () => number } = {}) {
    this.#terminal = terminal;
    this.#now = options.now ?? Date.now;
  }

  /** The newest status that was shown. */
  get status(): RunStatus | undefined {
    return this.#status;
  }

  /** The run, once it is known. */
  get run(): string | undefined {
    return this.#run;
  }

  notice(text: string): void {
    this.#terminal.note(this.#terminal.paint.dim(text));
  }

  show(progress: RunProgress): void {
    this.#isPrepared ||= progress.phase === 'event' || progress.phase === 'running';
    if (progress.phase === 'event') this.#event(progress.event);
    else if (progress.phase === 'running') this.#running(progress.status, progress.trouble);
    else if (progress.phase === 'run') this.#found(progress.run, progress.found ? progress.state : undefined);
    else this.#step(progress);
  }

  /** Takes the live line away. */
  end(): void {
    this.#terminal.clear();
    this.#tellLast();
  }

  /** After Ctrl-C: what goes on without us, what it costs, and how to go on. */
  explainStop(status = this.#status): void {
    this.end();
    const run = this.#run;
    if (run === undefined) return;
    if (status?.stack !== undefined) {
      for (const line of renderLeft(status)) this.#terminal.warn(line);
      return;
    }
    if (status && status.jobs.running > 0) this.#terminal.warn(inFlightText(status));
    const resume = this.#isPrepared
      ? `batchrock resume ${run} goes on, and so does the same command`
      : 'the same command goes on';
    this.#terminal.warn(`nothing is lost; ${resume}`);
  }

  #found(run: string, state: string | undefined): void {
    this.#run = run;
    this.#terminal.note(state === undefined ? `run ${run}` : foundText(run, state));
  }

  #event(event: EventBody): void {
    if (this.#terminal.log !== undefined) {
      logEvent(this.#terminal.log, event);
      return;
    }
    const line = renderEventLine(event);
    if (event.kind === 'finished' && !this.#terminal.live) {
      this.#lastLine = line;
      return;
    }
    const isSummedUp = OF_ONE_JOB.has(event.kind);
    // a new generation is said on a terminal too: it is rare, and it may be padded
    const isSaid = event.kind === 'generation' || this.#isNewEnding(event);
    if (isSaid || !(isSummedUp || this.#terminal.live)) this.#terminal.note(line);
    else this.#terminal.detail(line);
    if (isSaid && event.kind === 'ended' && OF_A_PERMISSION.test(event.message ?? ''))
      this.#terminal.note('  batchrock doctor looks for what the role of jobs may not do');
  }

  /** True for a job that came to nothing and says what none before it has said. */
  #isNewEnding({ kind, message = '' }: EventBody): boolean {
    if (kind !== 'ended' || !CAME_TO_NOTHING.test(message)) return false;
    if (this.#endings.has(message) || this.#endings.size >= MOST_ENDINGS) return false;
    this.#endings.add(message);
    return true;
  }

  #running(status: RunStatus, trouble: unknown): void {
    this.#status = status;
    this.#run = status.run;
    const now = this.#now();
    const view = this.#pace.observe(status, now);
    this.#tellTrouble(trouble);
    this.#terminal.draw((width) => renderLiveLine(view, width));
    if (!this.#terminal.live) this.#log(status, view.share, now);
  }

  /** A live line, or in a log one every half minute: a step that is over sooner is not worth one. */
  #step(step: Step): void {
    const now = this.#now();
    const view = this.#steps.observe(step, now);
    this.#terminal.draw((width) => renderStepLine(view, width));
    if (this.#terminal.live || now - Math.max(this.#saidAt, this.#steps.startedAt) < QUIET_LINE_MS) return;
    this.#saidAt = now;
    this.#terminal.note(this.#terminal.log === undefined ? `${isoTime(now)} ${renderStepLog(view)}` : renderStepLog(view));
  }

  /** One line for each change of the counts, or every half minute. */
  #log(status: RunStatus, share: number | undefined, now: number): void {
    const counts = countsLine(status, share);
    const isNews = counts !== this.#said;
    const isLast = isNews && this.#lastLine !== undefined && status.state === 'ended';
    if (!isLast && now - this.#saidAt < (isNews ? BUSY_LINE_MS : QUIET_LINE_MS)) return;
    this.#saidAt = now;
    this.#said = counts;
    if (this.#terminal.log !== undefined) logStatus(this.#terminal.log, status);
    else this.#terminal.note(`${isoTime(now)} ${counts}`);
    if (isLast) this.#tellLast();
  }

  #tellLast(): void {
    if (this.#lastLine !== undefined) this.#terminal.note(this.#lastLine);
    this.#lastLine = undefined;
  }

  /** A failure that may pass is said once. */
  #tellTrouble(trouble: unknown): void {
    const text = trouble instanceof Error ? trouble.message : trouble === undefined ? '' : String(trouble);
    if (text !== '' && text !== this.#trouble) this.#terminal.note(`${text}; trying again`);
    this.#trouble = text;
  }
}

function inFlightText(status: RunStatus): string {
  const jobs = plural(status.jobs.running, 'job');
  if (status.synthetic) return `${jobs} in flight, which cost nothing: answers of ${status.target} are synthetic`;
  const { batchUsd, estimatedBatchUsd } = status.cost;
  const isKnown = batchUsd !== undefined && estimatedBatchUsd !== undefined;
  const cost = isKnown ? `all that is left costs about ${usd(estimatedBatchUsd - batchUsd)}` : 'what they cost is not known yet';
  return `${jobs} go on at Bedrock; ${cost}. batchrock stop ${status.run} stops them`;
}

function foundText(run: string, state: string): string {
  if (state === 'ended') return `run ${run} has ended already: nothing is sent (--new starts another)`;
  return `run ${run} is there already (${state}): going on with it`;
}
