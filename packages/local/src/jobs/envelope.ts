import { isUtf8 } from 'node:buffer';
import type { JsonObject } from '@batchrock/core';

/** One line of a job's input, as far as the service looks at it before it runs. */
export interface Envelope {
  /** Undefined when the record has none: the service then makes one. */
  readonly recordId: string | undefined;
  readonly modelInput: JsonObject;
}

/** Reads a line; a string says what is wrong with it. Whether `modelInput` suits the model is not looked at. */
export function readEnvelope(line: Buffer): Envelope | string {
  if (!isUtf8(line)) return 'is not valid UTF-8';
  let record: unknown;
  try {
    record = JSON.parse(line.toString('utf8'));
  } catch {
    return 'is not valid JSON';
  }
  if (!isJsonObject(record)) return 'is not a JSON object';
  const { recordId, modelInput } = record;
  if (recordId !== undefined && typeof recordId !== 'string') return 'has a recordId that is not a string';
  if (modelInput === undefined) return 'has no modelInput';
  if (!isJsonObject(modelInput)) return 'has a modelInput that is not a JSON object';
  return { recordId, modelInput };
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The id of a record that came without one: 11 characters, from its place in the job. */
export function generatedRecordId(ordinal: number): string {
  return `REC${String(ordinal).padStart(8, '0')}`;
}
