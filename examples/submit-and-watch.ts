// Submits a dataset, watches its run to the end and reads its rows. With no bucket: the local Bedrock, whose answers are synthetic.
//
//   npx node --conditions=@batchrock/source examples/submit-and-watch.ts reviews.csv
import { Batchrock } from 'batchrock';

/** What the example knows of its rows: the columns of the dataset, and what became of each. */
interface Review {
  readonly id: string;
  readonly text: string;
  readonly status: 'succeeded' | 'failed' | 'rejected' | 'pending';
  readonly response: string | null;
}

/** Gives the id and the answer of every row. */
export async function submitAndWatch(dataset: string, stateDir?: string): Promise<readonly string[]> {
  await using batchrock = await Batchrock.open(stateDir === undefined ? {} : { stateDir });
  const { run } = await batchrock.submit({
    dataset,
    model: 'anthropic.claude-3-haiku-20240307-v1:0',
    prompt: 'Classify the sentiment of: {text}',
  });
  for await (const { state, succeeded, rows } of batchrock.watch(run)) console.error(`${state}: ${succeeded} of ${rows ?? '?'}`);
  const answers: string[] = [];
  for await (const { id, response } of batchrock.results<Review>(run)) answers.push(`${id}: ${response}`);
  return answers;
}

if (import.meta.main) for (const line of await submitAndWatch(process.argv[2] ?? 'reviews.csv')) console.log(line);
