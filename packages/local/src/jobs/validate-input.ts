import { BREAKS_JOB, breaksJob } from '../faults/index.ts';
import type { ObjectStorage } from '../storage/index.ts';
import { readEnvelope } from './envelope.ts';
import { findInput, type InputFile, type InputProblem } from './input-files.ts';
import type { Job, JobLimits } from './job.ts';
import { readLines } from './read-lines.ts';
import { createTurnTaker } from './turn.ts';

/**
 * Checks a job's input as the service does while it is Validating: file names, sizes, counts and the envelope of every
 * record, not the body of any, but for one that asks to break its job. The number of records, or what is wrong.
 */
export async function validateInput(job: Job, storage: ObjectStorage, signal: AbortSignal): Promise<number | InputProblem> {
  if (!(await storage.hasBucket(job.output.bucket))) return { problem: `The S3 bucket ${job.output.bucket} does not exist.` };
  const files = await findInput(storage, job.input);
  if ('problem' in files) return files;
  const tooLarge = sizeProblem(files, job.limits);
  if (tooLarge !== undefined) return tooLarge;
  let records = 0;
  for (const file of files) {
    const counted = await countRecords(file, job, storage, signal);
    if (typeof counted !== 'number') return counted;
    records += counted;
    if (records > job.limits.maxRecords) {
      return {
        problem: `The job contains more records than the maximum of ${job.limits.maxRecords} records per batch inference job.`,
      };
    }
  }
  if (records >= job.limits.minRecords) return records;
  return {
    problem: `The job contains ${records} records, which is below the minimum of ${job.limits.minRecords} records per batch inference job.`,
  };
}

function sizeProblem(files: readonly InputFile[], limits: JobLimits): InputProblem | undefined {
  const large = files.find((file) => file.size > limits.maxFileBytes);
  if (large !== undefined) {
    return {
      problem: `The input file ${large.name} is ${large.size} bytes; the maximum is ${limits.maxFileBytes} bytes per file.`,
    };
  }
  const sum = files.reduce((bytes, file) => bytes + file.size, 0);
  if (sum <= limits.maxJobBytes) return undefined;
  return {
    problem: `The input files are ${sum} bytes together; the maximum is ${limits.maxJobBytes} bytes per batch inference job.`,
  };
}

async function countRecords(
  file: InputFile,
  job: Job,
  storage: ObjectStorage,
  signal: AbortSignal,
): Promise<number | InputProblem> {
  const opened = await storage.open(job.input.bucket, file.key, { signal });
  if (opened === undefined) return { problem: `The input file ${file.name} was removed.` };
  const turn = createTurnTaker();
  let records = 0;
  for await (const lines of readLines(opened.body)) {
    for (const line of lines) {
      records += 1;
      const envelope = readEnvelope(line);
      if (typeof envelope === 'string') return { problem: `Record ${records} of ${file.name} ${envelope}.` };
      if (breaksJob(line)) return { problem: BREAKS_JOB };
      if (records > job.limits.maxRecordsPerFile) {
        return { problem: `The input file ${file.name} contains more than ${job.limits.maxRecordsPerFile} records.` };
      }
      if (turn.isDue()) await turn.rest();
      if (signal.aborted) return { problem: 'The job was stopped.' };
    }
  }
  return records;
}
