// What a suite printed about its failures, short enough to be read where only the end of a log is kept.

/** Colours, which some runners print even into a pipe. */
const ANSI = /\u001b\[[0-9;]*m/g;
/** How runners begin the line that names a failed test. Vitest does it twice: in its list, and above the error. */
const LISTED = /^\s*(not ok|✗|×)\s+\S/;
const FAILED = /^\s*(FAIL|FAILED)\s+\S/;
/** Vitest draws a line between two failures, and before and after all of them. */
const RULE = /⎯{5}/;
/** Lines of one failure: its name, the error, the difference, the place. */
const MOST_OF_ONE = 14;

/** The text without colours. */
export function plain(output) {
  return output.replace(ANSI, '');
}

/** Passed and failed tests, read from what a runner prints last; undefined where it counts nothing. */
export function countsOf(output) {
  const text = plain(output);
  const vitest = text.match(/^\s*Tests\s+(?:(\d+) failed)?(?: \| )?(?:(\d+) passed)?.*\(\d+\)\s*$/m);
  if (vitest) return { passed: Number(vitest[2] ?? 0), failed: Number(vitest[1] ?? 0) };
  const own = [...text.matchAll(/^(\d+) passed, (\d+) failed\b/gm)].at(-1);
  if (own) return { passed: Number(own[1]), failed: Number(own[2]) };
  return undefined;
}

/**
 * The names of the failed tests first, however many, then each with the first lines of its error, as far as `most` lines go.
 * Where nothing is named as failed, the end of the output.
 */
export function failuresOf(output, most = 60) {
  const lines = plain(output)
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '');
  const mark = lines.some((line) => FAILED.test(line)) ? FAILED : LISTED;
  const starts = lines.flatMap((line, i) => (mark.test(line) ? [i] : []));
  if (starts.length === 0) return lines.slice(-most);
  const names = [...new Set(starts.map((i) => nameOf(lines[i])))];
  const errors = starts.flatMap((start) => {
    const block = lines.slice(start, start + MOST_OF_ONE);
    const end = block.findIndex((line, i) => i > 0 && (RULE.test(line) || mark.test(line)));
    const whole = end === -1 ? block : block.slice(0, end);
    return whole.length > 1 ? whole : [];
  });
  const shown = [...names.map((name) => `- ${name}`), ...errors];
  return shown.length <= most ? shown : [...shown.slice(0, most - 1), `… ${shown.length - most + 1} lines more, above`];
}

/** The files of the failed tests, where vitest names them; empty where something failed that is in no file. */
export function failedFiles(output) {
  const text = plain(output);
  // what failed outside of any test (a set-up, an unhandled error) is in none of them
  if (/Unhandled Errors?/.test(text)) return [];
  const named = [...text.matchAll(/^\s*FAIL\s+(?:\S+\s+)?(\S+\.(?:test|account|process)\.ts)\b/gm)];
  return [...new Set(named.map(([, file]) => file))].sort();
}

/** Without its mark, and without the time that it took: vitest names a failed test twice. */
function nameOf(line) {
  return line
    .trim()
    .replace(/^(FAILED|FAIL|not ok|✗|×)\s+/, '')
    .replace(/\s+\d+ms$/, '');
}
