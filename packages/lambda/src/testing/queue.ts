import type { PartRef } from '@batchrock/core';
import { MemoryObjectStore, type MemoryPorts, memoryPorts, type ScriptedBatchServiceOptions } from '@batchrock/testkit';
import { change } from '../change-file/change.ts';
import { parseChangePayload } from '../change-file/payload.ts';
import { collect } from '../collect-part/collect.ts';
import type { Deadline } from '../engine/index.ts';
import { stackFamilies } from '../families/index.ts';
import type { FileEngine } from '../file-engine/index.ts';
import { type FileBody, findFile, findFileByKey, type QueueSettings, type ShownFile } from '../files/index.ts';
import { finish } from '../finish-file/finish.ts';
import type { FinishMessage } from '../finish-queue/index.ts';
import { kick } from '../kick-job/kick.ts';
import { createLog } from '../log/index.ts';
import type { Notice } from '../notices/index.ts';
import type { SqsAnswer } from '../sqs/index.ts';
import { type SweepReport, sweep } from '../sweep-runs/sweep.ts';
import { take } from '../take-file/take.ts';
import type { TaskAnswer } from '../task/index.ts';
import { MemoryInbox } from './memory-inbox.ts';
import { eventOf, openDeadline, sqsEvent } from './orchestrator.ts';

export const HAIKU = 'anthropic.claude-3-haiku-20240307-v1:0';
export const QUEUE_BUCKET = 'memory-bucket';

/** So many records of Bedrock, each with an id of its own. */
export function records(count: number, word = 'thing'): string {
  const line = (i: number) => ({
    recordId: `mine-${i}`,
    modelInput: {
      anthropic_version: 'bedrock-2023-05-31',
      max_tokens: 20,
      messages: [{ role: 'user', content: `Tell me about ${word} ${i}.` }],
    },
  });
  return Array.from({ length: count }, (_, i) => `${JSON.stringify(line(i))}\n`).join('');
}

/** A notification of S3 as it stands in a message. */
export function putEvent(key: string, bucket: string = QUEUE_BUCKET): string {
  const encoded = key.split('/').map(encodeURIComponent).join('/').replaceAll('%20', '+');
  const object = { key: encoded, size: 1, eTag: 'x', sequencer: '01' };
  return JSON.stringify({ Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: bucket }, object } }] });
}

/** The functions of a queue over ports in memory, called by hand. */
export class Queue {
  readonly ports: MemoryPorts;
  readonly inbox: MemoryInbox;
  settings: QueueSettings = {
    bucket: QUEUE_BUCKET,
    table: 'ledger',
    region: 'us-east-1',
    roleArn: 'arn:aws:iam::123456789012:role/bedrock',
    timeoutHours: 24,
    resultsFormat: 'parquet',
    families: [],
    maxRecordsPerJob: 100,
    modelId: HAIKU,
    intakeQueueUrl: 'intake',
    finishQueueUrl: 'finish',
  };
  readonly lines: string[] = [];
  /** Answers by token; a task that waits has none, one that is not here is gone. */
  readonly tasks = new Map<string, TaskAnswer | 'waiting'>();
  readonly heartbeats: string[] = [];
  readonly notices: Notice[] = [];
  /** Messages of the queues that nobody has taken. */
  readonly intake: string[] = [];
  /** Keys that the intake queue was told of, and nobody has taken. */
  readonly told: string[] = [];
  readonly collections: PartRef[] = [];
  readonly finishes: FinishMessage[] = [];
  /** Seconds after which messages were to be shown again. */
  readonly delays: number[] = [];
  /** Objects of other buckets. */
  readonly buckets = new Map<string, MemoryObjectStore>();

  constructor(options: Omit<ScriptedBatchServiceOptions, 'clock' | 'objects'> = {}) {
    this.ports = memoryPorts(options);
    this.inbox = new MemoryInbox(this.ports.clock);
  }

  get engine(): FileEngine {
    const { settings, inbox } = this;
    const ports = { ...this.ports, families: stackFamilies(settings.families) };
    const showAgain = async (_: string, seconds: number) => void this.delays.push(seconds);
    return {
      ports,
      settings,
      inbox,
      log: createLog('DEBUG', (line) => void this.lines.push(line), ports.clock.now.bind(ports.clock)),
      tasks: {
        answer: async (token, answer) => {
          if (this.tasks.get(token) !== 'waiting') return 'gone';
          this.tasks.set(token, answer);
          return 'told';
        },
        heartbeat: async (token) => {
          this.heartbeats.push(token);
          return this.tasks.get(token) === 'waiting' ? 'told' : 'gone';
        },
      },
      intake: {
        send: async (files) => void this.intake.push(...files),
        tellOf: async (objects) => void this.told.push(...objects.map(({ key }) => key)),
        showAgain,
      },
      finishes: { send: async (messages) => void this.finishes.push(...messages), showAgain },
      notices: { publish: async (notice) => void this.notices.push(notice) },
      objectsOf: (bucket) => (bucket === settings.bucket ? ports.objects : this.bucket(bucket)),
      findObject: (bucket, key, o) => inbox.findDataset(bucket, key, o),
    };
  }

  get #withCollections() {
    const queue = { send: async (parts: readonly PartRef[]) => void this.collections.push(...parts), showAgain: async () => {} };
    return { ...this.engine, queue };
  }

  bucket(name: string): MemoryObjectStore {
    const known = this.buckets.get(name) ?? new MemoryObjectStore({ uri: `s3://${name}` });
    this.buckets.set(name, known);
    return known;
  }

  /** Puts an object below `to-process/` and tells of it. */
  put(path: string, text: string, metadata?: Readonly<Record<string, string>>): Promise<SqsAnswer> {
    this.inbox.put(QUEUE_BUCKET, `to-process/${path}`, text, metadata);
    return this.tellOf(path);
  }

  /** An event of an object below `to-process/`. */
  tellOf(path: string, receiveCount = 1, deadline: Deadline = openDeadline()): Promise<SqsAnswer> {
    return this.take(putEvent(`to-process/${path}`), receiveCount, deadline);
  }

  take(body: string, receiveCount = 1, deadline: Deadline = openDeadline()): Promise<SqsAnswer> {
    return take(this.engine, sqsEvent([body], receiveCount), deadline);
  }

  change(payload: object): Promise<ShownFile> {
    return change(this.engine, parseChangePayload(payload));
  }

  /** The newest file under a path below `to-process/`. */
  async file(path: string): Promise<FileBody> {
    const file = await findFileByKey(this.ports, QUEUE_BUCKET, `to-process/${path}`);
    if (file === undefined) throw new Error(`no file ${path}`);
    return file;
  }

  async fileOf(id: string): Promise<FileBody> {
    const file = await findFile(this.ports, id);
    if (file === undefined) throw new Error(`no file ${id}`);
    return file;
  }

  sweep(deadline: Deadline = openDeadline()): Promise<SweepReport> {
    return sweep(this.#withCollections, deadline);
  }

  finish(message: FinishMessage, receiveCount = 1, deadline: Deadline = openDeadline()): Promise<SqsAnswer> {
    return finish(this.engine, sqsEvent([JSON.stringify(message)], receiveCount), deadline);
  }

  /** An event of Bedrock for each job that has ended. */
  kickEnded(): Promise<SqsAnswer> {
    const live = new Set(this.ports.service.liveJobs().map(({ jobArn }) => jobArn));
    const ended = this.ports.service.jobs.filter(({ jobArn }) => !live.has(jobArn));
    return kick(this.#withCollections, sqsEvent(ended.map(({ jobArn, spec }) => eventOf(jobArn, spec.jobName))));
  }

  /** Lets every message go its way, and what comes of it. */
  async settle(): Promise<void> {
    for (;;) {
      for (let key = this.told.shift(); key !== undefined; key = this.told.shift()) {
        await this.take(JSON.stringify({ bucket: QUEUE_BUCKET, key }));
      }
      const file = this.intake.shift();
      const part = file === undefined ? this.collections.shift() : undefined;
      const message = file === undefined && part === undefined ? this.finishes.shift() : undefined;
      if (file !== undefined) await this.take(JSON.stringify({ file }));
      else if (part !== undefined) await collect(this.#withCollections, sqsEvent([JSON.stringify(part)]));
      else if (message !== undefined) await this.finish(message);
      else return;
    }
  }

  /** Collects every part that is in the queue. */
  async collectAll(): Promise<void> {
    for (let part = this.collections.shift(); part !== undefined; part = this.collections.shift()) {
      await collect(this.#withCollections, sqsEvent([JSON.stringify(part)]));
    }
  }

  /** Lets jobs end, and events and messages go their way, for so many minutes. */
  async pass(minutes = 6): Promise<void> {
    for (let minute = 0; minute < minutes; minute++) {
      await this.settle();
      await this.ports.clock.advance(61_000);
      await this.kickEnded();
      await this.settle();
    }
  }

  /** Kills whatever runs behind so many commits of the ledger; undefined: nothing any more. */
  killAfter(commits: number | undefined): void {
    let left = commits ?? 0;
    this.ports.ledger.hook =
      commits === undefined
        ? undefined
        : ({ call, moment }) => {
            if (call === 'commit' && moment === 'before' && left-- <= 0) throw new Error('killed');
          };
  }

  /** The lines of a file of results. */
  results(key: string): Record<string, unknown>[] {
    const text = this.ports.objects.text(key);
    if (text === undefined) throw new Error(`no ${key}; there are ${this.ports.objects.keys('processed/').join(', ')}`);
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
