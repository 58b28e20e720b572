import { InputError } from '@batchrock/core';
import { checkRows } from '../check/index.ts';
import { openLookingSession, type SessionOptions } from '../session.ts';
import type { BatchRequest } from './batch-options.ts';

/** Problems that a message names, and that an error carries. */
const TOLD = 10;
const CARRIED = 1000;

/**
 * Checks every request of a file before a batch is made of it. Throws `BR-E0113` with what is wrong, each by its line, and `BR-E0102`
 * for a file without a request.
 */
export async function checkRequests(file: string, request: BatchRequest, options: SessionOptions): Promise<void> {
  const session = await openLookingSession(options);
  const problems: string[] = [];
  const lines = new Set<number>();
  const report = await checkRows(
    session,
    { ...request, dataset: file },
    {
      async onRows(rows) {
        for (const each of rows.flatMap((row) => row.problems)) {
          if (each.level !== 'error') continue;
          if (lines.size < CARRIED) lines.add(each.line);
          if (problems.length < TOLD) problems.push(`${each.file}:${each.line}: ${placed(each)} (${each.code})`);
        }
      },
    },
  );
  if (report.rows === 0) throw new InputError('BR-E0102', `${file} has no request`, { hint: 'write one JSON object a line' });
  const bad = report.rows - report.sound;
  if (bad === 0) return;
  const more = report.errors > problems.length ? `; and ${report.errors - problems.length} more` : '';
  throw new InputError('BR-E0113', `${bad} of ${report.rows} requests cannot be sent: ${problems.join('; ')}${more}`, {
    hint: 'mend the requests; batchrock validate names every problem',
    details: { file, lines: [...lines] },
  });
}

function placed({ path, message }: { readonly path: string; readonly message: string }): string {
  return path === '' ? message : `${path}: ${message}`;
}
