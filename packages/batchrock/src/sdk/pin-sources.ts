import type { Source, SourcePin } from '@batchrock/core';
import type { InspectOptions } from './found-question.ts';

/** What each file is known by; those of this machine are read for it. */
export async function pinAll(sources: readonly Source[], { signal, onProgress }: InspectOptions): Promise<readonly SourcePin[]> {
  const totalBytes = sources.reduce((sum, source) => sum + source.size, 0);
  const pins: SourcePin[] = [];
  let before = 0;
  for (const source of sources) {
    const tell = (bytes: number) => onProgress?.({ phase: 'hashing', bytes: before + bytes, totalBytes });
    pins.push(await source.pin({ signal, onProgress: tell }));
    before += source.size;
  }
  return pins;
}
