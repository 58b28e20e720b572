/** Most edits between a name and one that is offered in its place: a third of its length, at least 2. */
function farthest(name: string): number {
  return Math.max(2, Math.floor(name.length / 3));
}

/** Levenshtein distance over UTF-16 units, case-insensitive; stops counting above `most`. */
function distance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const change = a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1;
      const edits = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + change);
      next.push(edits);
      if (edits < best) best = edits;
    }
    if (best > most) return most + 1;
    row = next;
  }
  return row[b.length]!;
}

/**
 * The known names that are most like `name`, nearest first, for "did you mean". Case does not count; a name that contains
 * the other, or begins with it, counts as near. Empty when nothing is near.
 */
export function nearestNames(name: string, known: Iterable<string>, limit = 3): readonly string[] {
  const wanted = name.toLowerCase();
  const most = farthest(wanted);
  const found: { readonly known: string; readonly edits: number }[] = [];
  for (const candidate of known) {
    const lower = candidate.toLowerCase();
    const part = wanted.length >= 3 && lower.length >= 3 && (lower.includes(wanted) || wanted.includes(lower));
    const edits = distance(wanted, lower, most);
    if (edits <= most || part) found.push({ known: candidate, edits: part ? Math.min(edits, 1) : edits });
  }
  // a stable sort: equally near names stay in the order in which they were given
  found.sort((x, y) => x.edits - y.edits);
  return found.slice(0, limit).map((each) => each.known);
}

/** `did you mean a, b or c`, or `undefined` when nothing is near. */
export function didYouMean(name: string, known: Iterable<string>, limit = 3): string | undefined {
  const near = nearestNames(name, known, limit);
  if (near.length === 0) return undefined;
  return `did you mean ${near.length === 1 ? near[0] : `${near.slice(0, -1).join(', ')} or ${near[near.length - 1]}`}`;
}
