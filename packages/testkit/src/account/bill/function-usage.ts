import { addUsage, NO_USAGE, type Usage } from './usage.ts';

const REPORT =
  /^REPORT RequestId: \S+\tDuration: \S+ ms\tBilled Duration: (\d+) ms\tMemory Size: (\d+) MB\tMax Memory Used: (\d+) MB/;

/** What a function used, by the platform's lines in its log. */
export function usageOfLog(lines: readonly string[]): Usage {
  const logBytes = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  return lines.reduce(
    (used, line) => {
      const [, ms, memoryMB] = REPORT.exec(line) ?? [];
      if (ms === undefined) return used;
      return addUsage(used, { lambdaRequests: 1, lambdaGBSeconds: (Number(ms) / 1_000) * (Number(memoryMB) / 1_024) });
    },
    { ...NO_USAGE, logBytes },
  );
}

/** The most memory that an invocation took, and what the function is given, MB. */
export function memoryOfLog(lines: readonly string[]): { readonly usedMB: number; readonly givenMB: number } {
  let [usedMB, givenMB] = [0, 0];
  for (const line of lines) {
    const [, , given, used] = REPORT.exec(line) ?? [];
    if (used === undefined) continue;
    usedMB = Math.max(usedMB, Number(used));
    givenMB = Number(given);
  }
  return { usedMB, givenMB };
}
