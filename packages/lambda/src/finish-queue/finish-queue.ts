import { isFileId } from '../files/index.ts';
import { parsedObject } from '../sqs/index.ts';

/** A file whose run is at rest, and the first part whose results are not written yet. */
export interface FinishMessage {
  readonly file: string;
  readonly from: number;
}

/** Which file a message is about; undefined for one that is none of ours. */
export function finishOfMessage(body: unknown): FinishMessage | undefined {
  const { file, from = 0 } = parsedObject(body);
  if (typeof file !== 'string' || !isFileId(file)) return undefined;
  if (typeof from !== 'number' || !Number.isSafeInteger(from) || from < 0) return undefined;
  return { file, from };
}
