import { pick } from '../../seeded.ts';
import { capitalized, type Task, type TaskInput } from './task.ts';
import { keywords, sentencesOf } from './words.ts';

/** `Summarise …`: the first sentence of the text and what it speaks of most. */
export const summarize: Task = ({ instruction, content }) => {
  if (!/summar|tl;?dr|in brief|key points|gist/.test(instruction)) return undefined;
  const [first = content] = sentencesOf(content);
  const topics = keywords(content, 3);
  const lead = first.length > 240 ? `${first.slice(0, 237).trimEnd()}…` : first;
  if (topics.length === 0) return lead === '' ? 'There is nothing to summarise.' : lead;
  return `In short, it is about ${listed(topics)}: ${lead.replace(/[.!?]+$/, '')}.`;
};

/** `Extract keywords from: …`. */
export const listKeywords: Task = ({ instruction, content }) => {
  if (!/key ?words|key ?phrases|\btags\b|topics/.test(instruction)) return undefined;
  return keywords(content, 5).join(', ').toLowerCase() || 'none';
};

const HEROES = [
  'a stubborn outsider',
  'a weary veteran',
  'an ambitious newcomer',
  'a pair of unlikely friends',
  'a quiet observer',
  'a gifted misfit',
] as const;
const TURNS = [
  'discovers a secret that was meant to stay buried',
  'is given one last chance to make things right',
  'must choose between loyalty and the truth',
  'is drawn into a game with no clear rules',
  'sets out to win back what was lost',
] as const;
const STAKES = [
  'before it is too late',
  'while everyone around looks the other way',
  'and finds that nothing will be the same again',
  'at a price that nobody expected',
  'with only a few days left',
] as const;
const MOODS: readonly (readonly [RegExp, string])[] = [
  [/horror/, 'With dread in every corner,'],
  [/romantic|romance/, 'When two hearts keep missing each other,'],
  [/black comedy/, 'With a crooked smile,'],
  [/comedy/, 'One misunderstanding after another,'],
  [/thriller|suspense/, 'Against the clock,'],
  [/action/, 'With no time to breathe,'],
  [/adventure/, 'Far beyond the known map,'],
  [/musical|concert/, 'One song at a time,'],
  [/western/, 'Under a wide and empty sky,'],
  [/documentary/, 'In the words of those who were there,'],
  [/drama/, 'In a season of hard choices,'],
];

/** `Write a one-sentence logline for Alien, a Horror film`. */
export const writeLogline: Task = ({ instruction, content, next }) => {
  if (!/logline|tagline|elevator pitch/.test(instruction)) return undefined;
  const named = /\b(?:for|of|about)\s+["“']?(.+?)["”']?,?\s+(?:an?\s+.{0,60}?\b(?:film|movie|show|series|book)\b|$)/i.exec(
    content,
  );
  const title = (named?.[1] ?? keywords(content, 3).join(' ')).trim().slice(0, 120);
  const mood = MOODS.find(([genre]) => genre.test(instruction))?.[1] ?? 'In an ordinary place,';
  return `${title}: ${mood} ${pick(HEROES, next)} ${pick(TURNS, next)} ${pick(STAKES, next)}.`;
};

/** `Translate …`: says that it cannot, and gives the text back. */
export const translate: Task = ({ instruction, content }) => {
  const language = /translat[a-z]*\b.{0,60}?\b(?:to|into)\s+([a-z]+)/.exec(instruction)?.[1];
  if (language === undefined) return undefined;
  return `(untranslated; ${capitalized(language)} would stand here) ${content.slice(0, 600)}`;
};

const OPENINGS = ['Put simply,', 'On the whole,', 'In plain words,', 'At its core,', 'Seen closely,'] as const;
const CLAIMS = [
  'is mainly a matter of',
  'comes down to',
  'is best understood through',
  'rests on',
  'is closely bound up with',
] as const;
const FOLLOW_UPS = [
  'What stands out is %, which shapes the rest.',
  'Much depends on %, and it is easy to overlook.',
  'Anyone who looks at % will see why.',
  'The part that deserves care is %.',
  'In practice % makes the difference.',
] as const;

/** Anything else: a few sentences about the words of the request, as many as it asks for. */
export function writeAbout(input: TaskInput): string {
  const topics = keywords(input.content, 8);
  const subject = topics[0] ?? 'this';
  const first = `${pick(OPENINGS, input.next)} ${subject} ${pick(CLAIMS, input.next)} ${listed(topics.slice(1, 4)) || 'a few simple things'}.`;
  const wanted = sentencesWanted(input.instruction);
  const sentences = [first];
  while (sentences.length < wanted) {
    const topic = topics.length === 0 ? 'the detail' : pick(topics, input.next);
    sentences.push(pick(FOLLOW_UPS, input.next).replace('%', topic));
  }
  return sentences.join(' ');
}

const WORDS_PER_SENTENCE = 10;
const MOST_SENTENCES = 200;

function sentencesWanted(instruction: string): number {
  if (/one[- ]sentence|single sentence|a sentence|one word/.test(instruction)) return 1;
  const words = /(\d{1,5})[- ]words?/.exec(instruction)?.[1];
  if (words !== undefined) return Math.max(1, Math.min(MOST_SENTENCES, Math.round(Number(words) / WORDS_PER_SENTENCE)));
  return 2;
}

function listed(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
