import type { BatchrockError } from '@batchrock/core';
import type { Paint } from '../cli/terminal.ts';

/** Where the page of each code is. */
const DOCS_PAGE = 'docs/errors.md';

/** The lines under which an error is shown: what happened, what to do, where to read more. */
export function renderError(error: BatchrockError, paint: Paint): string {
  const lines = [`${paint.red(error.code)} ${error.message}`, `  → ${error.hint}`];
  const requestId = error.details['requestId'];
  if (requestId !== undefined && requestId !== null) lines.push(paint.dim(`  AWS request id: ${String(requestId)}`));
  lines.push(paint.dim(`  docs: ${docsOf(error)}`));
  return lines.join('\n');
}

/** The error as `--json` tells it. */
export function errorDocument(error: BatchrockError): object {
  return {
    schema: 'batchrock.error/1',
    error: {
      code: error.code,
      message: error.message,
      hint: error.hint,
      docs: docsOf(error),
      retryable: isRetryable(error),
      ...(Object.keys(error.details).length > 0 ? { details: error.details } : {}),
    },
  };
}

function docsOf(error: BatchrockError): string {
  return `${DOCS_PAGE}#${error.code.toLowerCase()}`;
}

/** True when the same command may succeed later without any change. */
function isRetryable(error: BatchrockError): boolean {
  if (error.kind === 'cancelled') return true;
  if (error.kind === 'state') return error.code === 'BR-E0202' || error.code === 'BR-E0203' || error.code === 'BR-E0204';
  if (error.kind !== 'service' || !('reason' in error)) return false;
  return error.reason === 'throttled' || error.reason === 'unavailable' || error.reason === 'quota';
}
