import { PROJECT_FILE } from '../settings/index.ts';
import { sampleReviews } from './sample-reviews.ts';

const PROMPT = `---
description: One word for the sentiment of a review. Needs the columns product and review.
system: You label reviews. Your whole answer is a single word.
params:
  temperature: 0
  max_tokens: 8
---
Is this review of a {product} positive, negative or neutral? Answer with that word alone, in lower case.

<review>
{review}
</review>
`;

const SETTINGS = `${JSON.stringify({ stateDir: '.batchrock' }, null, 2)}\n`;

const IGNORED = `# runs, their ledger and what the local Bedrock keeps
.batchrock/
# written by batchrock run and batchrock results
*.results.*
`;

/** The files of a project to begin with, by their paths. */
export const SAMPLE_PROJECT: Readonly<Record<string, string>> = {
  [PROJECT_FILE]: SETTINGS,
  'reviews.csv': sampleReviews(),
  'prompts/sentiment.md': PROMPT,
  '.gitignore': IGNORED,
};

const ASKED = 'reviews.csv --model amazon.nova-lite-v1:0 --prompt-id sentiment';

/** What to try in it, in this order; nothing of it needs an account or a network. */
export const FIRST_COMMANDS: readonly string[] = [
  `batchrock plan ${ASKED}`,
  `batchrock run ${ASKED} --out reviews.results.csv`,
  'batchrock explain 42',
];
