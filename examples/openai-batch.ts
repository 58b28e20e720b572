// Takes an OpenAI batch file through Bedrock by the contract of LangBatch: started by one process, read by another.
//
//   export AWS_INPUT_BUCKET=… AWS_OUTPUT_BUCKET=… AWS_REGION=us-east-1 AWS_SERVICE_ROLE=arn:aws:iam::…
//   npx node --conditions=@batchrock/source examples/openai-batch.ts requests.jsonl
import { type BatchOptions, ChatCompletionBatch, chatCompletionBatch } from 'batchrock';

type Place = Pick<BatchOptions, 'stateDir' | 'env' | 'cwd'>;

/** Starts the batch and gives the id that it is known by from then on. */
export async function startBatch(file: string, place: Place = {}): Promise<string> {
  await using batch = await chatCompletionBatch(file, { provider: 'bedrock', model: 'us.amazon.nova-pro-v1:0', ...place });
  await batch.start();
  return batch.save();
}

/** Waits for the batch, and sends what failed once more. */
export async function readBatch(id: string, place: Place = {}): Promise<string> {
  await using batch = await ChatCompletionBatch.load(id, place);
  await batch.getResults();
  if (await batch.isRetryableFailure()) await batch.retry();
  const { successful, unsuccessful } = await batch.getResults();
  for (const { custom_id, choices } of successful) console.log(custom_id, choices[0]?.message.content);
  for (const { custom_id, error } of unsuccessful) console.error(custom_id, error.code, error.message);
  return `${await batch.getStatus()}: ${successful.length} answered, ${unsuccessful.length} not`;
}

if (import.meta.main) console.log(await readBatch(await startBatch(process.argv[2] ?? 'requests.jsonl')));
