import type { PartBody } from '../job/index.ts';
import type { RunBody } from './document.ts';

/** Said by a job that may not do what it needs: take its role, read its input, use a key or its model, write its output. */
export const OF_ACCESS = /access|denied|not authori[sz]ed|permission|assume|kms/i;
/** Said of what may be gone at the next try. */
export const OF_THE_MOMENT = /internal (server )?error|throttl|too many requests|capacity|unavailable|timed? ?out/i;

/** What a run is blocked by whose jobs are denied access. */
export const JOBS_DENIED = 'BR-E0513';

/** True for a part whose job failed because it was denied access, with nothing of it come back. */
export function isDenied({ records, jobStatus, jobMessage = '', collected, onDemand }: PartBody): boolean {
  if (jobStatus !== 'Failed' || onDemand === true || (collected !== undefined && collected.missing < records)) return false;
  return OF_ACCESS.test(jobMessage) && !OF_THE_MOMENT.test(jobMessage);
}

/** True for one of which no output will come: at its end it said that none of its records was processed. */
export function leavesNothing({ leftNothing }: PartBody): boolean {
  return leftNothing === true;
}

/** What a part keeps of that. Counters of a job that lived say nothing of what it did afterwards, and nor does an end without them. */
export function leftByEnd(part: PartBody, atEnd: PartBody['jobCounts']): Pick<PartBody, 'leftNothing'> {
  return isDenied(part) && atEnd?.processed === 0 && part.jobCounts?.processed === 0 ? { leftNothing: true } : {};
}

/**
 * True where `part` shows that what `denied` was denied is no matter of the Region: its job has come through there, or gets on where the
 * other one never began.
 */
export function refutes(part: PartBody, denied: PartBody): boolean {
  if (part.jobArn === undefined || part.onDemand === true || regionOf(part) !== regionOf(denied) || isDenied(part)) return false;
  if (hasComeThrough(part)) return true;
  // a job may read all of its records and be denied to write a line
  return part.collected === undefined && processed(denied) === 0 && processed(part) > 0;
}

/** True for a part whose job has ended with answers. */
export function hasComeThrough({ jobArn, onDemand, jobStatus, collected, records }: PartBody): boolean {
  if (jobArn === undefined || onDemand === true) return false;
  return jobStatus === 'Completed' || jobStatus === 'PartiallyCompleted' || (collected?.missing ?? records) < records;
}

function processed({ jobCounts }: PartBody): number {
  return jobCounts?.processed ?? 0;
}

/** That of its job; undefined: the run's own. */
function regionOf({ elsewhere }: Pick<PartBody, 'elsewhere'>): string | undefined {
  return elsewhere?.region;
}

/** True for a part whose job was denied access where none of the run's has come through: that is no matter of its records. */
export function isDeniedFirst(part: PartBody, parts: readonly PartBody[]): boolean {
  return isDenied(part) && !parts.some((other) => refutes(other, part));
}

/** Parts whose jobs were denied since the run was last let go on. What was sent before says nothing of what is permitted now. */
function deniedNow({ permits = 0 }: RunBody, parts: readonly PartBody[]): readonly PartBody[] {
  return parts.filter((part) => isDenied(part) && (part.permit ?? 0) === permits);
}

/** True where the run sends no more jobs into a Region, its own (undefined) or another: they are denied there, and none has come through. */
export function isShut(run: RunBody, parts: readonly PartBody[], region: string | undefined): boolean {
  return deniedNow(run, parts).some((part) => regionOf(part) === region && isDeniedFirst(part, parts));
}

/** True where a Region of the run is shut. */
export function hasShut(run: RunBody, parts: readonly PartBody[]): boolean {
  return regionsOf(run).some((region) => isShut(run, parts, region));
}

function regionsOf({ elsewhere = [] }: RunBody): readonly (string | undefined)[] {
  return [undefined, ...elsewhere.map(({ region }) => region)];
}

/** The newest part whose job was denied and that none refutes, where that is so in every Region of the run; else undefined: there is one to send jobs to. */
export function deniedEverywhere(run: RunBody, parts: readonly PartBody[]): PartBody | undefined {
  const denied = deniedNow(run, parts);
  if (denied.length === 0) return undefined;
  if (!regionsOf(run).every((region) => isShut(run, parts, region))) return undefined;
  return denied.filter((part) => isDeniedFirst(part, parts)).at(-1);
}

/** True for a run that is blocked because its jobs are denied, though one of those in flight has come through since. */
export function isRefuted(run: RunBody, parts: readonly PartBody[]): boolean {
  if (run.state !== 'running' || run.blocked?.code !== JOBS_DENIED) return false;
  // a job may refute one that was denied, and not another: what blocks a run must never let it go on as well
  if (deniedEverywhere(run, parts) !== undefined) return false;
  // one that was itself taken for denied is so no more when its answers are there
  return parts.some(hasComeThrough) || deniedNow(run, parts).some((part) => parts.some((other) => refutes(other, part)));
}
