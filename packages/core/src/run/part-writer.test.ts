import { Buffer } from 'node:buffer';
import { type MemoryPorts, memoryPorts, plainDocument } from '@batchrock/testkit';
import { describe, expect, it } from 'vitest';
import type { ModelLimits } from '../model/index.ts';
import { isSentinelOrdinal, ordinalOf, recordId } from '../record/index.ts';
import type { RunDocument } from './document.ts';
import { PartWriter } from './part-writer.ts';

function documentWith(limits: Partial<ModelLimits>): RunDocument {
  const { model, job } = plainDocument();
  return plainDocument({ model: { limits: { ...model.limits, ...limits } }, job: { ...job, namePrefix: 'br' } });
}

const line = (ordinal: number, text = 'x') => Buffer.from(`{"recordId":"${recordId('k3', ordinal)}","modelInput":"${text}"}\n`);

async function write(ports: MemoryPorts, limits: Partial<ModelLimits>, lines: readonly Uint8Array[]) {
  const writer = new PartWriter(ports, { document: documentWith(limits), attempt: 2, part: 7 });
  for (const [i, bytes] of lines.entries()) await writer.append(bytes, 0, bytes.length, 10 + i);
  return writer.finish();
}

function hashOf(ports: MemoryPorts, bytes: Uint8Array): string {
  const hash = ports.digest.start();
  hash.update(bytes);
  return hash.hex();
}

const FOLDER = 'runs/r-0000000001/input/00007-2/';
const filesOf = (ports: MemoryPorts) =>
  ports.objects.keys(FOLDER).map((key) => [key.slice(FOLDER.length), ports.objects.text(key)]);

describe('PartWriter', () => {
  it('writes what it is given, and says what it wrote', async () => {
    const ports = memoryPorts();
    const lines = [line(10), line(11, 'é'), line(12)];
    const whole = Buffer.concat(lines);
    const facts = await write(ports, {}, lines);
    expect(filesOf(ports)).toEqual([['000.jsonl', whole.toString()]]);
    expect(facts).toMatchObject({
      run: 'r-0000000001',
      attempt: 2,
      part: 7,
      records: 3,
      sentinels: 0,
      bytes: whole.length,
      files: 1,
      xxh128: hashOf(ports, whole),
      firstOrdinal: 10,
      lastOrdinal: 12,
    });
  });

  it('never lets a file have more bytes or records than it may, and never cuts a record', async () => {
    const ports = memoryPorts();
    const lines = Array.from({ length: 20 }, (_, i) => line(i, 'y'.repeat(i * 5)));
    const facts = await write(ports, { maxFileBytes: 200, maxRecordsPerFile: 3 }, lines);
    const files = filesOf(ports);
    expect(files.map(([, text]) => text).join('')).toBe(Buffer.concat(lines).toString());
    expect(facts.files).toBe(files.length);
    for (const [, text] of files) {
      const records = (text ?? '').trimEnd().split('\n');
      expect(records.length).toBeLessThanOrEqual(3);
      expect(Buffer.byteLength(text ?? '')).toBeLessThanOrEqual(200);
      for (const record of records) expect(() => JSON.parse(record)).not.toThrow();
    }
  });

  it('hands records of any length over block by block', async () => {
    const ports = memoryPorts();
    const long = line(10, 'z'.repeat(5 * ports.objects.blockBytes));
    await write(ports, {}, [line(9), long, line(11)]);
    expect(filesOf(ports)[0]?.[1]).toBe(Buffer.concat([line(9), long, line(11)]).toString());
  });

  it('pads into the same limits, with ids that no row has', async () => {
    const ports = memoryPorts();
    const facts = await write(ports, { minRecords: 5, maxRecordsPerFile: 2 }, [line(10)]);
    const records = filesOf(ports).flatMap(([, text]) => (text ?? '').trimEnd().split('\n'));
    expect(facts).toMatchObject({ records: 1, sentinels: 4, files: 3, bytes: records.join('\n').length + 1 });
    const sentinels = records.map((record) => isSentinelOrdinal(ordinalOf(Buffer.from(JSON.parse(record).recordId), 0)));
    expect(sentinels).toEqual([false, true, true, true, true]);
  });

  it('takes a record that was encoded into its block, or hands it back when it belongs into the next file', async () => {
    const ports = memoryPorts();
    const writer = new PartWriter(ports, { document: documentWith({ maxRecordsPerFile: 2 }), attempt: 2, part: 7 });
    expect(writer.out.bytes).toHaveLength(0);
    const into = (bytes: Uint8Array, ordinal: number): boolean => {
      const start = writer.out.length;
      writer.out.bytes.set(bytes, start);
      writer.out.length += bytes.length;
      return writer.accept(start, ordinal);
    };
    await writer.append(line(1), 0, line(1).length, 1);
    expect(into(line(2), 2)).toBe(true);
    const before = writer.out.length;
    expect(into(line(3), 3)).toBe(false);
    expect(writer.out.length).toBe(before);
    await writer.append(line(3), 0, line(3).length, 3);
    expect(await writer.finish()).toMatchObject({ records: 3, files: 2, firstOrdinal: 1, lastOrdinal: 3 });
    expect(filesOf(ports).map(([, text]) => text)).toEqual([line(1).toString() + line(2).toString(), line(3).toString()]);
  });

  it('leaves nothing else in the folder of the job', async () => {
    const ports = memoryPorts();
    ports.objects.put(`${FOLDER}000.jsonl`, 'old');
    ports.objects.put(`${FOLDER}004.jsonl`, 'old');
    ports.objects.put('runs/r-0000000001/input/00007-20/000.jsonl', 'not ours');
    await write(ports, {}, [line(1)]);
    expect(filesOf(ports)).toEqual([['000.jsonl', line(1).toString()]]);
    expect(ports.objects.text('runs/r-0000000001/input/00007-20/000.jsonl')).toBe('not ours');
  });

  it('names and tokens a job by its part, its attempt and what is in it', async () => {
    const facts = await Promise.all([
      write(memoryPorts(), {}, [line(1)]),
      write(memoryPorts(), {}, [line(1)]),
      write(memoryPorts(), {}, [line(2)]),
    ]);
    const tokens = facts.map((each) => each.clientRequestToken);
    expect(tokens[0]).toBe(tokens[1]);
    expect(tokens[0]).not.toBe(tokens[2]);
    expect(facts[0]?.jobName).toMatch(/^br-[0-9a-f]{20}$/);
  });

  it('makes nothing visible when it is given up', async () => {
    const ports = memoryPorts();
    const writer = new PartWriter(ports, { document: documentWith({}), attempt: 2, part: 7 });
    await writer.append(line(1), 0, line(1).length, 1);
    await writer.abort();
    await writer.abort();
    expect(filesOf(ports)).toEqual([]);
  });
});
