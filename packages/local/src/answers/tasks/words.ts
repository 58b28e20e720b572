const STOP_WORDS = new Set(
  (
    'a an and are as at be been but by can could did do does each for from had has have he her his how i if in into is it its ' +
    'just like me more most my no not of on one only or other our out over please she should so some such than that the ' +
    'their them then there these they this those to too up us very was we were what when where which who why will with ' +
    'would write give answer following text question sentence paragraph short brief about you your'
  ).split(' '),
);

const WORD = /[\p{L}\p{N}][\p{L}\p{N}'’-]*/gu;

/** The words of a text that carry its meaning, most frequent first, then in order of first sight; at most `most`. */
export function keywords(text: string, most: number): string[] {
  const counts = new Map<string, { readonly word: string; count: number }>();
  for (const [word] of text.matchAll(WORD)) {
    const key = word.toLowerCase();
    if (key.length < 3 || STOP_WORDS.has(key)) continue;
    const known = counts.get(key);
    if (known === undefined) counts.set(key, { word, count: 1 });
    else known.count += 1;
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, most)
    .map(({ word }) => word);
}

/** The sentences of a text, white space made even. */
export function sentencesOf(text: string): string[] {
  return text
    .replace(/\s+/g, ' ')
    .split(/(?<=[.!?。！？])\s+/)
    .map((sentence) => sentence.trim())
    .filter((sentence) => sentence !== '');
}
