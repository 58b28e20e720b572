import type { FunctionAnswer } from '@batchrock/aws/stack';
import { type CallOptions, ServiceError } from '@batchrock/core';
import type { OpenedQueue } from '../../compose/open-queue-stack.ts';
import type { EnqueueRequest, FileChange, QueueChange, ShownFile } from '../../queue/index.ts';
import { errorTold } from '../stack/error-told.ts';

/**
 * Has the function of a queue change what becomes of a file, or take one in; the file as it is then. It may be asked again. Throws the
 * error that the function has thrown.
 */
export async function askChange(
  { stack, functions }: OpenedQueue,
  request: EnqueueRequest | { readonly do: FileChange; readonly file: string },
  o: CallOptions = {},
): Promise<ShownFile> {
  const said = await functions.invoke(stack.changeFunction, request, o);
  if (said.kind === 'answered') return said.value as ShownFile;
  const about = request.do === 'enqueue' ? `s3://${request.bucket}/${request.key}` : request.file;
  throw failureOf(said, `${request.do} of ${about}`, stack);
}

/** Has the function of a queue pause it or let it go on. It may be asked again. Throws the error that the function has thrown. */
export async function askQueueChange({ stack, functions }: OpenedQueue, what: QueueChange): Promise<void> {
  const said = await functions.invoke(stack.changeFunction, { do: what }, {});
  if (said.kind !== 'answered') throw failureOf(said, what, stack);
}

function failureOf(
  { error, message }: Extract<FunctionAnswer, { readonly kind: 'failed' }>,
  what: string,
  { name, changeFunction }: OpenedQueue['stack'],
): Error {
  const known = errorTold(error, message, { hint: `batchrock queue list --stack ${name} shows how the files stand` });
  if (known !== undefined) return known;
  if (/^(AccessDenied|Forbidden|403)/.test(error)) {
    return new ServiceError('BR-E0501', `${what}: the function ${changeFunction} was refused: ${message}`, {
      reason: 'denied',
      effect: 'none',
      hint: 'let the queue read the bucket, queue.readFrom(bucket), and write to that of the output, queue.writeTo(bucket)',
    });
  }
  return new ServiceError('BR-E0503', `${what}: the function ${changeFunction} failed with ${error}: ${message}`, {
    reason: 'unavailable',
    effect: 'unknown',
    hint: `give the same command again; aws logs tail /aws/lambda/${changeFunction} tells more`,
  });
}
