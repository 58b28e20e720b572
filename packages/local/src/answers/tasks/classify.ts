import { capitalized, type Task } from './task.ts';

const POSITIVE = wordSet(
  'amazing awesome beautiful best brilliant charming cheerful comfortable delicious delight delighted delightful easy ' +
    'enjoy enjoyed enjoyable excellent exceptional fantastic fast favorite favourite flawless friendly fun generous glad ' +
    'good gorgeous great happy helpful impressed impressive incredible like liked love loved lovely masterpiece nice ' +
    'outstanding perfect perfectly pleasant pleased recommend recommended reliable satisfied smooth solid stunning ' +
    'superb superior terrific thank thanks wonderful works worth',
);
const NEGATIVE = wordSet(
  'annoying awful bad boring broke broken bug buggy cheap complaint confusing crash crashed crashes damaged dead defective ' +
    'difficult dirty disappointed disappointing disappointment disaster dreadful dull expensive fail failed fails failure ' +
    'fault faulty frustrated frustrating garbage hate hated horrible junk late leak leaks mediocre mess misleading missing ' +
    'noisy overpriced pathetic poor problem problems refund regret return returned rude sad scam slow sorry stopped stupid ' +
    'terrible trash ugly unhappy unreliable unusable upset useless waste wasted weak worse worst wrong',
);
const NEGATIONS = wordSet("not no never hardly don't didn't doesn't isn't wasn't can't won't cannot without");

function wordSet(words: string): ReadonlySet<string> {
  return new Set(words.split(' '));
}

/** Positive words less negative ones; a negation up to two words before turns a word round. */
function sentimentScore(text: string): number {
  let score = 0;
  let negatedFor = 0;
  for (const [word] of text
    .toLowerCase()
    .replaceAll('’', "'")
    .matchAll(/[a-z']+/g)) {
    if (NEGATIONS.has(word)) {
      negatedFor = 3;
      continue;
    }
    const weight = POSITIVE.has(word) ? 1 : NEGATIVE.has(word) ? -1 : 0;
    score += negatedFor > 0 ? -weight : weight;
    negatedFor -= 1;
  }
  return score;
}

/** `Classify the sentiment of: …`, and every prompt that names positive and negative. */
export const classifySentiment: Task = ({ instruction, content }) => {
  const asked = /sentiment|\bpositive\b[^.]{0,80}\bnegative\b|\bnegative\b[^.]{0,80}\bpositive\b/.test(instruction);
  if (!asked) return undefined;
  const score = sentimentScore(content);
  if (/\b(1|one)\s*(to|-|–)\s*(5|five)\b|\bstars?\b/.test(instruction)) return String(Math.max(1, Math.min(5, 3 + score)));
  if (score > 0) return 'positive';
  if (score < 0) return 'negative';
  return /\bmixed\b/.test(instruction) ? 'mixed' : 'neutral';
};

const LABELS =
  /(?:one of|into|as either|as one of|labels?|categories|classes|options|choose (?:from|between))\s*(?:the following)?\s*[:(]?\s*([^.:\n()]{3,300})/;

/** `Classify … as one of: billing, delivery or other`: the label that the text is most about. */
export const classifyByLabels: Task = ({ instruction, content, next }) => {
  if (!/classif|categor|label|choose|which of/.test(instruction)) return undefined;
  const labels = LABELS.exec(instruction)?.[1]
    ?.split(/,|;|\/|\bor\b|\band\b/)
    .map((label) => label.replace(/["'`*[\]{}]/g, '').trim())
    .filter((label) => label !== '' && label.split(' ').length <= 4);
  if (labels === undefined || labels.length < 2) return undefined;
  const text = content.toLowerCase();
  const found = labels.find((label) => text.includes(label) || text.includes(label.replace(/s$/, '')));
  return found ?? labels[Math.floor(next() * labels.length)];
};

/** `Is this …? Answer yes or no`. */
export const answerYesOrNo: Task = ({ instruction, next }) => {
  if (!/\byes\b[^.]{0,20}\bno\b|\btrue or false\b/.test(instruction)) return undefined;
  const words = /true or false/.test(instruction) ? (['true', 'false'] as const) : (['yes', 'no'] as const);
  const answer = words[next() < 0.5 ? 0 : 1];
  return /one word/.test(instruction) ? answer : `${capitalized(answer)}.`;
};
