// Classifies a CSV file from a program. With no bucket it runs against the local Bedrock, whose answers are synthetic.
//
//   npx node --conditions=@batchrock/source examples/classify-reviews.ts reviews.csv
import { openBatchrock } from 'batchrock';

/** Runs the dataset and says how many of its rows were answered. */
export async function classify(dataset: string, out: string, stateDir?: string): Promise<string> {
  const batchrock = await openBatchrock({
    ...(stateDir === undefined ? {} : { stateDir }),
    onNotice: (text) => console.error(text),
  });
  try {
    const { status, output } = await batchrock.run({
      dataset,
      out,
      model: 'anthropic.claude-3-haiku-20240307-v1:0',
      prompt: 'Classify the sentiment of: {text}',
      params: { max_tokens: '10' },
    });
    return `${status.succeeded} of ${output?.rows} rows answered: ${output?.path}`;
  } finally {
    await batchrock.close();
  }
}

if (import.meta.main) console.log(await classify(process.argv[2] ?? 'reviews.csv', 'reviews.results.jsonl'));
