import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { InputError } from '@batchrock/core';
import { storageError } from '../../node/index.ts';
import { spoolStandardInput } from '../../request/standard-input.ts';
import type { BatchKind } from './batch-options.ts';

/** A line of an OpenAI batch file. */
export interface BatchLine {
  readonly custom_id: string;
  readonly method: string;
  readonly url: string;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Requests of one body each, whose ids are `request-` and their place in the list, from 0. */
export function* linesOf(
  kind: BatchKind,
  data: Iterable<unknown>,
  body: Readonly<Record<string, unknown>>,
): Generator<BatchLine> {
  const [url, key] = kind === 'chat' ? ['/v1/chat/completions', 'messages'] : ['/v1/embeddings', 'input'];
  let i = 0;
  for (const each of data) yield { custom_id: `request-${i++}`, method: 'POST', url, body: { ...body, [key]: each } };
}

/** Writes requests into a folder, under their hash. Throws `BR-E0113` for one that JSON cannot say, with its place in the list, from 0. */
export async function keepLines(lines: Iterable<unknown>, folder: string): Promise<string> {
  async function* text(): AsyncGenerator<string> {
    let i = 0;
    for (const line of lines) yield `${jsonOf(line, i++)}\n`;
  }
  return (await spoolStandardInput(text(), folder, { format: 'jsonl', what: KEPT })).path;
}

const KEPT = 'the requests';

function jsonOf(line: unknown, place: number): string {
  try {
    // of what JSON has no word for it makes nothing
    return JSON.stringify(line) ?? 'null';
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.split('\n', 1)[0] : String(cause);
    throw new InputError('BR-E0113', `request ${place} cannot be written as JSON: ${why}`, {
      cause,
      hint: 'give plain JSON values',
      details: { request: place },
    });
  }
}

/** Copies a file of requests into a folder, under its hash. */
export async function keepFile(file: string, folder: string): Promise<string> {
  return (await spoolStandardInput(createReadStream(file), folder, { format: 'jsonl', what: KEPT })).path;
}

/** The requests with one of these ids, in the order of the file, which is read line by line. */
export async function requestsOf(file: string, customIds: ReadonlySet<string>): Promise<readonly BatchLine[]> {
  const found: BatchLine[] = [];
  if (customIds.size === 0) return found;
  try {
    for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
      const request = lineIn(line);
      if (request !== undefined && customIds.has(request.custom_id)) found.push(request);
    }
  } catch (error) {
    throw storageError(error, `read ${file}`);
  }
  return found;
}

function lineIn(text: string): BatchLine | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && 'custom_id' in value ? (value as BatchLine) : undefined;
  } catch {
    return undefined;
  }
}
