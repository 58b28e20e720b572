import type { RunProgress } from '../sdk/progress.ts';
import { bytes, count, duration, percent, short, UNKNOWN } from './figures.ts';
import { bar } from './live-line.ts';
import { displayWidth, fit } from './width.ts';

/** A step of a run in which no job is looked at: reading, packing, joining, moving files. */
export type Step = Extract<
  RunProgress,
  { readonly phase: 'hashing' | 'uploading' | 'downloading' | 'reading' | 'preparing' | 'exporting' }
>;

/** A step whose end is told in bytes. */
export function isOfBytes(step: Step): step is Extract<Step, { readonly bytes: number }> {
  return step.phase === 'hashing' || step.phase === 'uploading' || step.phase === 'downloading';
}

/** How far a step is and how fast it goes. */
export interface StepView {
  readonly step: Step;
  /** 0 to 1; undefined where the end is not known. */
  readonly share: number | undefined;
  /** Rows or bytes a second. */
  readonly perSecond: number | undefined;
  readonly leftMs: number | undefined;
}

/** One line, at most `width` columns: what is done, how much of it, how fast, and the time left; the bar goes first. */
export function renderStepLine(view: StepView, width: number): string {
  const line = `${headOf(view.step)} ${bar(view.share)} ${figuresOf(view)}`;
  if (displayWidth(line) <= width) return line;
  return fit(`${headOf(view.step)} ${figuresOf(view)}`, width);
}

/** The same for a log, without the bar. */
export function renderStepLog(view: StepView): string {
  return `${headOf(view.step)}: ${figuresOf(view)}`;
}

function headOf(step: Step): string {
  switch (step.phase) {
    case 'hashing':
      return 'reading the dataset';
    case 'uploading':
      return 'uploading the dataset';
    case 'downloading':
      return 'downloading';
    case 'reading':
      return 'looking at the rows';
    case 'preparing':
      return `run ${step.run} preparing`;
    case 'exporting':
      return `run ${step.run} writing results`;
  }
}

function figuresOf({ step, share, perSecond, leftMs }: StepView): string {
  const isBytes = isOfBytes(step);
  const rate = perSecond === undefined ? UNKNOWN : isBytes ? `${bytes(perSecond)}/s` : `${short(perSecond)} rows/s`;
  return `${percent(share)} · ${amountOf(step)} · ${rate} · ${duration(leftMs)} left`;
}

function amountOf(step: Step): string {
  if (isOfBytes(step)) {
    return step.totalBytes === undefined ? bytes(step.bytes) : `${bytes(step.bytes)} of ${bytes(step.totalBytes)}`;
  }
  if (step.phase !== 'exporting' || step.totalRows === undefined) return `${count(step.rows)} rows`;
  return `${count(step.rows)} of ${count(step.totalRows)} rows`;
}
