import type { PartBody } from '../job/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { objectKeys } from './keys.ts';
import { tallyOutcomes } from './outcome-counts.ts';
import type { RunPorts } from './ports.ts';

/** Sums over some answers; undefined where none says it. */
export interface TokenSums {
  readonly input?: number | undefined;
  readonly output?: number | undefined;
}

/** The tokens of the answers that rows of a part have from other runs: what they cost there. Reads attempt 0 of the part. */
export async function cachedTokens(
  ports: Pick<RunPorts, 'objects'>,
  { run, part }: Pick<PartBody, 'run' | 'part'>,
  options: CallOptions = {},
): Promise<TokenSums> {
  // of attempt 0 answers of other runs alone have tokens
  const tally = await tallyOutcomes(ports, objectKeys.outcomes(run, 0, part), options);
  const counts = tally?.counts(undefined);
  return { input: counts?.inputTokens, output: counts?.outputTokens };
}
