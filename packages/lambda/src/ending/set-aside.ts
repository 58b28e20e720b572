import { writeText } from '@batchrock/core';
import type { FileEngine } from '../file-engine/index.ts';
import { FAILED_PREFIX, type FileBody, INTAKE_PREFIX } from '../files/index.ts';

/** Keys are up to so many bytes long (S3 User Guide, "Naming Amazon S3 objects", 2026-11). */
const MOST_KEY_BYTES = 1024;

/**
 * Moves a file that cannot be used below `failed/`, beside a text that says why. An object that has been replaced meanwhile is another
 * file and stays; so does one that was enqueued from elsewhere, and one of more than 5 GB. May be done again.
 */
export async function setAside({ inbox, ports, log }: FileEngine, file: FileBody): Promise<void> {
  const { bucket, key, etag, queue, reason } = file;
  if (bucket !== queue || !key.startsWith(INTAKE_PREFIX)) return;
  const object = await inbox.find(bucket, key);
  if (object === undefined || object.etag !== etag) return;
  const to = `${FAILED_PREFIX}${key.slice(INTAKE_PREFIX.length)}`;
  const textKey = `${to}.error.txt`;
  if (Buffer.byteLength(textKey) > MOST_KEY_BYTES) {
    log('WARN', 'the key is too long to be set aside', { file: file.file });
    return;
  }
  const why = reason === undefined ? 'it could not be used' : `${reason.code}: ${reason.message}`;
  await writeText(ports.objects, textKey, `s3://${bucket}/${key}\n${why}\nMend it, and put it below ${INTAKE_PREFIX} again.\n`);
  const moved = await inbox.move(object, to);
  log('INFO', `set aside: ${moved}`, { file: file.file });
}
