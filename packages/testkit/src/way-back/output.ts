import { type JobView, objectKeys, type PartBody, recordId } from '@batchrock/core';
import type { MemoryObjectStore } from '../memory/index.ts';
import { jobId } from './documents.ts';

/** A line of a job's output as Anthropic's models give it, the request echoed. */
export function answerLine(prefix: string, ordinal: number, text: string, stop = 'end_turn'): string {
  return JSON.stringify({
    recordId: recordId(prefix, ordinal),
    modelInput: { messages: [{ role: 'user', content: [{ type: 'text', text: `prompt ${ordinal}` }] }], max_tokens: 16 },
    modelOutput: { content: [{ type: 'text', text }], stop_reason: stop, usage: { input_tokens: 7, output_tokens: 3 } },
  });
}

/** A line of a record that failed. */
export function errorLine(prefix: string, ordinal: number, errorCode: number | string, errorMessage = 'it failed'): string {
  return JSON.stringify({ recordId: recordId(prefix, ordinal), modelInput: {}, error: { errorCode, errorMessage } });
}

/** Puts the output of a part's job as the service would; `manifest` may say anything, or be left out. */
export function putJobOutput(
  objects: MemoryObjectStore,
  part: PartBody,
  files: readonly string[],
  manifest?: Readonly<Record<string, number>> | string,
): void {
  const folder = `${objectKeys.outputFolder(part.run, part.attempt, part.part)}${jobId(part.attempt, part.part)}/`;
  for (const [file, content] of files.entries()) objects.put(`${folder}${String(file).padStart(3, '0')}.jsonl.out`, content);
  if (manifest === undefined) return;
  objects.put(`${folder}manifest.json.out`, typeof manifest === 'string' ? manifest : JSON.stringify(manifest));
}

/** Puts the input files of a part: one line for each ordinal, in the given order. */
export function putJobInput(objects: MemoryObjectStore, part: PartBody, prefix: string, ordinals: readonly number[]): void {
  const lines = ordinals.map((ordinal) => `${inputLine(prefix, ordinal)}\n`).join('');
  objects.put(objectKeys.inputFile(part.run, part.attempt, part.part, 0), lines);
}

/** The input line of a record, without its line end. */
export function inputLine(prefix: string, ordinal: number): string {
  return JSON.stringify({ recordId: recordId(prefix, ordinal), modelInput: { prompt: `prompt ${ordinal}` } });
}

/** The job of a part as Get shows it. */
export function jobView(part: PartBody, change: Partial<JobView> = {}): JobView {
  return {
    jobArn: part.jobArn ?? '',
    jobName: part.jobName,
    status: (part.jobStatus ?? 'Completed') as JobView['status'],
    modelId: 'arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-3-haiku-20240307-v1:0',
    submitTime: part.endedAt ?? 0,
    ...change,
  };
}
