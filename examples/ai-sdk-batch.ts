// Has the functions of the AI SDK (`npm install ai`) send their batches through Bedrock. With no bucket: the local Bedrock.
//
//   npx node --conditions=@batchrock/source examples/ai-sdk-batch.ts
import { setTimeout } from 'node:timers/promises';
import {
  experimental_getBatchResults as getBatchResults,
  experimental_getBatchStatus as getBatchStatus,
  experimental_startBatch as startBatch,
} from 'ai';
import { bedrockBatch } from 'batchrock/ai-sdk';

const model = 'anthropic.claude-3-haiku-20240307-v1:0';

/** Asks for the capitals of countries; the answers by country. */
export async function capitals(countries: readonly string[], stateDir?: string): Promise<Readonly<Record<string, string>>> {
  await using provider = bedrockBatch(stateDir === undefined ? {} : { stateDir });
  const batch = await startBatch({
    provider,
    requests: countries.map((id) => ({ id, type: 'text', model, prompt: `What is the capital of ${id}?` })),
  });
  while ((await getBatchStatus({ provider, batch })).status === 'pending') await setTimeout(200);
  const answers: Record<string, string> = {};
  for await (const item of getBatchResults({ provider, batch })) {
    if (item.type === 'text' && item.status === 'succeeded') answers[item.id] = item.text;
  }
  return answers;
}

if (import.meta.main) console.log(await capitals(['France', 'Germany']));
