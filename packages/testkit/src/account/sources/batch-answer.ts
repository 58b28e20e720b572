/**
 * The messages of a batch that a function has done, by what it answered, where the mapping says ReportBatchItemFailures (Lambda
 * Developer Guide, "Handling errors for an SQS event source", success and failure conditions, 2026-11). An answer that is empty
 * or names nothing is a success of all; one that is no JSON, or names a failure by another key, an empty id or null, a failure of
 * all. So is one that names a message which is not of the batch, of which the guide says nothing.
 */
export function doneOf(messageIds: readonly string[], answer: string): readonly string[] {
  const failed = failuresIn(answer);
  const isFailureOfAll = failed === undefined || failed.some((id) => typeof id !== 'string' || !messageIds.includes(id));
  return isFailureOfAll ? [] : messageIds.filter((id) => !failed.includes(id));
}

/** The identifiers as they came; undefined where the answer cannot be read. */
function failuresIn(answer: string): readonly unknown[] | undefined {
  const parsed = parse(answer);
  if (parsed === null) return [];
  if (typeof parsed !== 'object' || Array.isArray(parsed)) return undefined;
  const listed = (parsed as Readonly<Record<string, unknown>>)['batchItemFailures'] ?? [];
  if (!Array.isArray(listed)) return undefined;
  return listed.map((each: unknown) => (each as { readonly itemIdentifier?: unknown } | null)?.itemIdentifier);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text === '' ? 'null' : text);
  } catch {
    return undefined;
  }
}
