// Classifies a CSV file from a program. With no bucket it runs against the local Bedrock, whose answers are synthetic.
//
//   node --conditions=@batchrock/source examples/classify-reviews.ts reviews.csv
import { openSession, startRun } from 'batchrock';

/** Runs the dataset and says how many of its rows were answered. */
export async function classify(dataset: string, out: string, stateDir?: string): Promise<string> {
  const session = await openSession({ ...(stateDir === undefined ? {} : { stateDir }), onNotice: (text) => console.error(text) });
  try {
    const { status, output } = await startRun(session, {
      dataset,
      out,
      model: 'anthropic.claude-3-haiku-20240307-v1:0',
      prompt: 'Classify the sentiment of: {text}',
      params: { max_tokens: '10' },
    });
    return `${status.succeeded} of ${output?.rows} rows answered: ${output?.path}`;
  } finally {
    await session.close();
  }
}

if (import.meta.main) console.log(await classify(process.argv[2] ?? 'reviews.csv', 'reviews.results.jsonl'));
