import type { TargetOptions } from '../compose/target.ts';
import type { Question } from '../request/request.ts';
import type { QuestionFlags, TargetFlags } from './option-groups.ts';

/** The flags of a target in the words of the SDK. */
function targetOptions(flags: TargetFlags): TargetOptions {
  const { bucket, outputBucket, prefix, roleArn, kmsKey, bucketOwner, region, regions, residency } = flags;
  const { profile, endpointUrl, localSpeed } = flags;
  return {
    bucket,
    outputBucket,
    prefix,
    roleArn,
    kmsKey,
    bucketOwner,
    region,
    regions,
    residency,
    profile,
    endpointUrl,
    localSpeed,
  };
}

/** The flags of a question in the words of the SDK. */
export function questionOf(dataset: readonly string[], flags: QuestionFlags & TargetFlags, prompt: string | undefined): Question {
  const { system, promptId, promptsDir, textColumn, family, inputFormat, format, delimiter, maxExpansion } = flags;
  const { slots, recordsPerJob, maxRecords, maxRecordsPerJob, maxJobs, sample } = flags;
  const { maxAttempts, timeoutHours, strict, dedupe, cache } = flags;
  return {
    ...targetOptions(flags),
    dataset: flags.datasetId === undefined ? dataset : [`hf://${flags.datasetId.replace(/^hf:\/\//i, '')}`, ...dataset],
    split: flags.split,
    config: flags.config,
    revision: flags.revision,
    model: flags.model ?? '',
    prompt,
    promptId,
    promptsDir,
    system,
    textColumn,
    params: flags.param,
    schema: flags.schema,
    family,
    invocationType: flags.invocationType && (flags.invocationType === 'converse' ? 'Converse' : 'InvokeModel'),
    catalogue: flags.catalogue,
    inputFormat,
    onUnsupported: flags.onUnsupported,
    fetchImages: fetchImagesOf(flags),
    format,
    maxExpansion,
    s3EndpointUrl: flags.s3EndpointUrl,
    delimiter,
    slots,
    expectOutputTokens: flags.expectOutputTokens,
    recordsPerJob,
    maxRecords,
    maxRecordsPerJob,
    maxJobs,
    sample,
    maxAttempts,
    timeoutHours,
    tail: flags.tail,
    tailConcurrency: flags.tailConcurrency,
    deadlineMs: flags.deadline,
    tags: flags.tag,
    subnets: flags.subnet,
    securityGroups: flags.securityGroup,
    strict,
    dedupe,
    cache,
  };
}

function fetchImagesOf({ fetchImages, fetchImagesFrom }: QuestionFlags): Question['fetchImages'] {
  if (fetchImagesFrom !== undefined) return { hosts: fetchImagesFrom };
  return fetchImages ? {} : undefined;
}

/** The prompt of `--prompt` or `--prompt-file`; a line end at the end of the file does not belong to it. */
export async function promptOf(flags: QuestionFlags, cwd: string): Promise<string | undefined> {
  if (flags.promptFile === undefined) return flags.prompt;
  const { InputError } = await import('@batchrock/core');
  if (flags.prompt !== undefined) {
    throw new InputError('BR-E0112', 'both --prompt and --prompt-file are given; one is allowed');
  }
  const { resolve } = await import('node:path');
  const { readPromptBytes } = await import('../request/read-prompt.ts');
  const { promptFile } = flags;
  const text = await readPromptBytes(resolve(cwd, promptFile), promptFile).catch((cause: NodeJS.ErrnoException) => {
    if (cause instanceof InputError) throw cause;
    const what = cause.code === 'ENOENT' ? 'no such file' : `cannot read (${cause.code})`;
    throw new InputError('BR-E0101', `${what}: ${promptFile}, the prompt`, { cause });
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(text).replace(/\r?\n$/, '');
  } catch (cause) {
    throw new InputError('BR-E0114', `the prompt in ${promptFile} is not UTF-8`, { cause, hint: 'save the file as UTF-8' });
  }
}
