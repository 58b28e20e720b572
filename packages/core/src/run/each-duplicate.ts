import type { PartFacts } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { OutcomeStatus } from '../record/index.ts';
import { objectKeys } from './keys.ts';
import { OutcomeLines } from './outcome-lines.ts';
import type { RunPorts } from './ports.ts';

/**
 * Calls for each duplicate of a part of the first attempt, in the order of the rows: with its ordinal, and that of the row it is
 * of. What the call returns is awaited where it is a promise.
 */
export async function eachDuplicate(
  ports: Pick<RunPorts, 'objects'>,
  part: PartFacts,
  take: (ordinal: number, of: number) => Promise<void> | undefined | void,
  o: CallOptions,
): Promise<void> {
  const lines = new OutcomeLines(ports, [{ key: objectKeys.outcomes(part.run, 0, part.part) }], o);
  try {
    while (await lines.fill()) {
      while (lines.next()) {
        const { status, ordinal, of } = lines.spans;
        if (status !== OutcomeStatus.duplicate) continue;
        const taking = take(ordinal, of);
        if (taking !== undefined) await taking;
      }
    }
  } finally {
    await lines.close();
  }
}
