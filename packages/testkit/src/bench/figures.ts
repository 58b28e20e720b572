import { readFileSync } from 'node:fs';

/** The middle value; the mean of the two middle ones of an even number. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length % 2 === 1) return sorted[Math.floor(middle)] as number;
  return ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}

/** The most memory that a process of this machine has held so far, in MB (10^6 bytes). Default: this process. */
export function peakRssMB(pid: number | 'self' = 'self'): number {
  return Math.round(peakRssBytes(pid) / 1e5) / 10;
}

function peakRssBytes(pid: number | 'self'): number {
  try {
    // the kernel's own high-water mark: `maxRSS` of a process that was spawned begins at its parent's
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) * 1024;
  } catch (error) {
    if (pid !== 'self') throw error;
    return process.resourceUsage().maxRSS * 1024;
  }
}
