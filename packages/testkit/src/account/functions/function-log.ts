import type { Readable } from 'node:stream';

/** All lines that the sandboxes of one function have written, oldest first. */
export interface FunctionLog {
  add(line: string): void;
  lines(): readonly string[];
  /** Takes every line of a stream; the function that it gives resolves once a line has been read. */
  follow(stream: Readable | null): (line: string) => Promise<void>;
}

/** An empty log. */
export function createFunctionLog(): FunctionLog {
  const lines: string[] = [];
  return {
    add: (line) => void lines.push(line),
    lines: () => lines,
    follow(stream) {
      const waiting = new Map<string, () => void>();
      let rest = '';
      stream?.setEncoding('utf8').on('data', (text: string) => {
        const complete = (rest + text).split('\n');
        rest = complete.pop() ?? '';
        for (const line of complete) {
          lines.push(line);
          for (const [end, tell] of waiting) {
            // a handler may have left a line of its own without an end
            if (!line.endsWith(end)) continue;
            waiting.delete(end);
            tell();
          }
        }
      });
      // what a dying process wrote last has no line end
      stream?.once('close', () => {
        if (rest !== '') lines.push(rest);
      });
      return (line) =>
        new Promise((resolve) => {
          waiting.set(line, resolve);
        });
    },
  };
}
