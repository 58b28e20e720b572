import { hashText, hashUnit } from '../seeded.ts';
import type { JobFaults } from './faults.ts';

/** What becomes of a job as a whole. */
export type JobFate = 'normal' | 'refused' | 'failed' | 'partial' | 'expired' | 'stuck' | 'stopped';

/** Draws the fate of a job from the seed and its name. */
export function fateOfJob(faults: JobFaults, jobName: string): JobFate {
  const draw = (fault: string): number => hashUnit(`${faults.seed}/${fault}/${jobName}`);
  if (draw('jobRefuse') < faults.jobRefuse) return 'refused';
  if (draw('jobFail') < faults.jobFail) return 'failed';
  if (draw('jobStuck') < faults.jobStuck) return 'stuck';
  if (draw('jobExpire') < faults.jobExpire) return 'expired';
  if (draw('jobStop') < faults.jobStop) return 'stopped';
  return draw('jobPartial') < faults.jobPartial ? 'partial' : 'normal';
}

/** The share of its records that a job gets done by its fate, 0 to 1. */
export function shareDone(faults: JobFaults, jobName: string): number {
  const fate = fateOfJob(faults, jobName);
  if (fate === 'normal') return 1;
  // a job of a folder that an older version wrote has no such fault
  return fate === 'partial' ? faults.partialFraction : (faults.keptFraction ?? 0);
}

/** What becomes of a record: an error of that code, no output line, two of them, or (0) nothing special. */
export interface RecordFate {
  readonly errorCode: number;
  readonly missing: boolean;
  readonly double: boolean;
}

const NORMAL: RecordFate = { errorCode: 0, missing: false, double: false };
const MARKER = /\[\[(?:fail:(\d{3})|(missing)|(double))\]\]/;

/**
 * Draws the fate of a record from the seed, the job's name and its id. A record whose text holds `[[fail:429]]`,
 * `[[missing]]` or `[[double]]` meets that fate in every job.
 */
export function fateOfRecord(faults: JobFaults, jobName: string, recordId: string, line: Buffer): RecordFate {
  if (line.includes('[[')) {
    const [found, code, missing, double] = MARKER.exec(line.toString('utf8')) ?? [];
    if (found !== undefined) {
      return { errorCode: Number(code ?? 0), missing: missing !== undefined, double: double !== undefined };
    }
  }
  if (faults.recordFail === 0 && faults.recordMissing === 0 && faults.recordDouble === 0) return NORMAL;
  const draw = (fault: string): number => hashUnit(`${faults.seed}/${fault}/${jobName}/${recordId}`);
  if (draw('recordFail') < faults.recordFail) {
    const code = faults.recordCodes[hashText(`${faults.seed}/code/${jobName}/${recordId}`) % faults.recordCodes.length];
    return { ...NORMAL, errorCode: code ?? 500 };
  }
  if (draw('recordMissing') < faults.recordMissing) return { ...NORMAL, missing: true };
  return draw('recordDouble') < faults.recordDouble ? { ...NORMAL, double: true } : NORMAL;
}

/** What a job says with a record that breaks it; the service tells no more of which one it is. */
export const BREAKS_JOB = 'Malformed input request: a record does not have the shape that the model takes.';

/** True for a record whose text holds `[[break]]`: with it no job passes validation. */
export function breaksJob(line: Buffer): boolean {
  return line.includes('[[break]]');
}

/** The service's words for an error code of a record. */
export function messageOfCode(code: number): string {
  return MESSAGES[code] ?? 'The request could not be processed.';
}

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'The request is not valid for the model.',
  403: 'Access to the model is denied.',
  408: 'Model has timed out in processing the request. Try your request again.',
  424: 'The model returned an error while processing the request.',
  429: 'Too many requests, please wait before trying again.',
  500: 'The system encountered an unexpected error during processing. Try your request again.',
  503: 'Bedrock is unable to process your request.',
};
