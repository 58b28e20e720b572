import type { Collector, RecordSet } from '../join/index.ts';
import type { CallOptions } from '../ports/index.ts';
import { keepsWholeOutput, LineKind, OutputDecoder } from '../record/index.ts';
import type { RunDocument } from './document.ts';
import type { JobOutput } from './job-output.ts';
import { LineChain } from './line-chain.ts';
import { OutcomeTally } from './outcome-counts.ts';
import type { RunPorts } from './ports.ts';
import type { SortedRunWriter } from './sorted-run-writer.ts';

/** What was read of a job's output. */
export interface OutputRead {
  /** Lines of different records of the part and of different padding records. */
  lines: number;
  /** 1 for a slot whose line is a failure that is worth another attempt. */
  readonly retry: Uint8Array;
  readonly tally: OutcomeTally;
  /** Tokens of the slots whose answer is of no use, input and output; -1 for what is not known. */
  readonly lost: Map<number, readonly [number, number]>;
}

export interface ReadInput extends CallOptions {
  readonly document: RunDocument;
  readonly output: JobOutput;
  readonly records: RecordSet;
  /** Holds the outcome lines. */
  readonly collector: Collector;
  /** Takes what the collector has no room for. */
  readonly writer: SortedRunWriter;
}

/** Reads all lines of a job's output once: what is better than what its record has becomes an outcome line in the collector. */
export async function readOutput(
  { objects, schemas, families }: Pick<RunPorts, 'objects' | 'schemas' | 'families'>,
  o: ReadInput,
): Promise<OutputRead> {
  const { collector, records, writer } = o;
  const read: OutputRead = { lines: 0, retry: new Uint8Array(records.slots), tally: new OutcomeTally(), lost: new Map() };
  const padding = new Set<number>();
  const { model, recordPrefix, request } = o.document;
  const check = request.schema && (await schemas.load())(request.schema.schema);
  const decoder = new OutputDecoder({
    family: await families.of(model),
    recordPrefix,
    whole: keepsWholeOutput(request),
    check,
    compile: request.openai?.checked && (await schemas.load()),
  });
  const keys = o.output.files.map((file) => file.key);
  const lines = new LineChain(objects, keys, { signal: o.signal });
  const takeLines = (bytes: Uint8Array, from: number, to: number): number => {
    const free = collector.free();
    const next = decoder.takeLines(bytes, from, to, collector.block, collector.at, collector.at + free);
    if (decoder.taken.count > 0) holdTaken(read, decoder, o);
    return next;
  };
  try {
    while (await lines.fill()) {
      for (;;) {
        lines.take(takeLines);
        if (!lines.next(decoder.lineEnd)) break;
        const kind = decoder.scan(lines.bytes, lines.start, lines.end);
        if (kind === LineKind.sentinel) padding.add(decoder.ordinal);
        if (kind !== LineKind.record || decoder.sub !== 0) continue;
        const slot = records.slotOf(decoder.ordinal);
        if (slot < 0 || !collector.wants(slot, true)) continue;
        decoder.decode();
        if (!collector.wants(slot, decoder.succeeded)) continue;
        if (!collector.has(slot)) read.lines += 1;
        if (!collector.hasRoom(decoder.size)) await writer.writeHeld(collector);
        collector.place(slot, decoder.size, decoder.succeeded);
        decoder.write(collector.block, collector.at);
        note(read, slot, decoder);
      }
    }
  } finally {
    decoder.close();
    await lines.close();
  }
  read.lines += padding.size;
  for (const [input, output] of read.lost.values()) read.tally.addTokens(input, output);
  return read;
}

function note(read: OutputRead, slot: number, decoder: OutputDecoder): void {
  read.retry[slot] = decoder.retry ? 1 : 0;
  if (!decoder.succeeded) {
    if (decoder.inputTokens >= 0 || decoder.outputTokens >= 0) read.lost.set(slot, [decoder.inputTokens, decoder.outputTokens]);
    return;
  }
  read.lost.delete(slot);
  if (decoder.truncated) read.tally.truncated += 1;
  read.tally.addTokens(decoder.inputTokens, decoder.outputTokens);
}

/** The lines that the decoder took by the hundred, all of them answers. */
function holdTaken(read: OutputRead, decoder: OutputDecoder, { collector, records }: ReadInput): void {
  const { taken } = decoder;
  const { tally } = read;
  for (let line = 0; line < taken.count; line++) {
    const slot = records.slotOf(taken.ordinal(line));
    if (slot < 0 || !collector.wants(slot, true)) continue;
    if (!collector.has(slot)) read.lines += 1;
    collector.hold(slot, taken.start(line), taken.length(line));
    if (decoder.isTakenCutOff(line)) tally.truncated += 1;
    tally.addTokens(taken.inputTokens(line), taken.outputTokens(line));
  }
}
