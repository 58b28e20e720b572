import { join } from 'node:path';
import { createS3ObjectStore, createS3Sources } from '@batchrock/aws';
import type { ByteSource, ObjectInfo, ObjectStore } from '@batchrock/core';
import { openBatchrock } from 'batchrock';
import type { Tally } from './checks.ts';
import { freePort } from './free-port.ts';
import { type ForeignServer, startServer } from './python-server.ts';

/** Ends what hangs. Python loads for seconds, and for minutes on a machine that does much else. */
const START_MS = 600_000;
const BUCKET = 'datasets-at-moto';
const credentials = { accessKeyId: 'test', secretAccessKey: 'test' };
const region = 'us-east-1';

/** moto's S3 on loopback: a server of that protocol that is not ours. */
export async function startMoto(bin: string, folder: string): Promise<ForeignServer> {
  const port = await freePort();
  return startServer({
    name: 'moto',
    program: join(bin, 'moto_server'),
    args: ['-H', '127.0.0.1', '-p', String(port)],
    url: `http://127.0.0.1:${port}`,
    alivePath: '/moto-api/',
    log: join(folder, 'moto.log'),
    startMs: START_MS,
  });
}

/** Datasets on moto's S3: found, read by ranges, tied to their ETags, and written to by our sink. */
export async function checkMoto(tally: Tally, endpoint: string, folder: string): Promise<void> {
  const store = createS3ObjectStore({ endpoint, region, credentials, bucket: BUCKET });
  const sources = createS3Sources({ endpoint, region, credentials, resumeDelayMs: 10 });
  const check = async (name: string, work: () => Promise<unknown>): Promise<void> => {
    const problem = await work().then(
      (said) => (said === true || said === undefined ? undefined : `it gave ${JSON.stringify(said)}`),
      (error: unknown) => String(error),
    );
    tally.add(`moto: ${name}`, problem);
  };
  const put = (key: string, text: string) => writeObject(store, key, Buffer.from(text));
  const rows = (from: number, count: number) => Array.from({ length: count }, (_, i) => `${from + i},row ${from + i}\n`).join('');
  try {
    await fetch(`${endpoint}/${BUCKET}`, { method: 'PUT' });
    await put('in/a.csv', `id,text\n${rows(0, 500)}`);
    await put('in/b.csv', `id,text\n${rows(500, 500)}`);
    await put('in/_SUCCESS', '');

    await check('a prefix and a pattern are listed in order', async () => {
      const names = async (uri: string) => (await sources.find(uri)).map((source) => source.name.split('/').at(-1)).join();
      const found = [await names(`s3://${BUCKET}/in/`), await names(`s3://${BUCKET}/in/*.csv`)];
      return found.every((each) => each === 'a.csv,b.csv') || found;
    });
    await check('an object is read from any byte on and by ranges', async () => {
      const [source] = await sources.find(`s3://${BUCKET}/in/a.csv`);
      const whole = await textOf(await source!.open());
      const access = await source!.openAccess();
      const range = Buffer.from(await access.read(3, 12)).toString();
      return (whole.slice(100) === (await textOf(await source!.open(100))) && range === whole.slice(3, 12)) || range;
    });
    await check('an object that changed is refused by its ETag', async () => {
      await put('moving.csv', 'text\n1\n');
      const [source] = await sources.find(`s3://${BUCKET}/moving.csv`);
      await put('moving.csv', 'text\n2\n');
      return refusalOf(source!.open(), 'BR-E0118');
    });
    await check('what does not exist is told', async () => {
      const refusals = [
        await refusalOf(sources.find(`s3://${BUCKET}/in/c.csv`), 'BR-E0101'),
        await refusalOf(sources.find('s3://no-such-bucket-here/a.csv'), 'BR-E0101'),
        await refusalOf(sources.find(`s3://${BUCKET}/none/`), 'BR-E0101'),
      ];
      return refusals.every((each) => each === true) || refusals;
    });
    await check('an object of several parts comes back unchanged', async () => {
      const bytes = Buffer.from(Array.from({ length: 11_000_000 }, (_, i) => (i * 7) % 253));
      const info = await writeObject(store, 'large.bin', bytes);
      const [source] = await sources.find(`s3://${BUCKET}/large.bin`);
      const read = await (await source!.openAccess()).read(0, source!.size);
      return (info.size === source!.size && bytes.equals(read)) || info;
    });
    await check('a plan reads the dataset', async () => {
      const batchrock = await openBatchrock({ stateDir: join(folder, 'state'), env: {} });
      try {
        const { rows: counted } = await batchrock.plan({
          dataset: `s3://${BUCKET}/in/*.csv`,
          s3EndpointUrl: endpoint,
          model: 'anthropic.claude-3-haiku-20240307-v1:0',
          prompt: '{text}',
        });
        return counted === 1000 || counted;
      } finally {
        await batchrock.close();
      }
    });
  } finally {
    store.destroy();
    sources.destroy();
  }
}

async function refusalOf(work: Promise<unknown>, code: string): Promise<true | string> {
  return work.then(
    () => 'no refusal',
    (error: { readonly code?: unknown }) => error.code === code || String(error),
  );
}

async function textOf(source: ByteSource): Promise<string> {
  const block = new Uint8Array(1 << 20);
  const length = await source.readInto(block);
  await source.close();
  return Buffer.from(block.subarray(0, length)).toString();
}

async function writeObject(store: ObjectStore, key: string, bytes: Uint8Array): Promise<ObjectInfo> {
  const sink = store.create(key);
  let block = sink.block();
  for (let at = 0; at < bytes.length; at += sink.blockBytes) {
    const piece = bytes.subarray(at, at + sink.blockBytes);
    block.set(piece);
    block = await sink.write(piece.length === sink.blockBytes ? block : block.subarray(0, piece.length));
  }
  return sink.commit();
}
