import { createHash } from 'node:crypto';
import { type CallOptions, InputError, type PartRef, type Source } from '@batchrock/core';
import { bytesSource, type MemoryPorts, memoryPorts, otherStore, type ScriptedBatchServiceOptions } from '@batchrock/testkit';
import { collect } from '../collect-part/collect.ts';
import type { CollectQueue } from '../collect-queue/index.ts';
import type { Deadline, EngineSettings } from '../engine/index.ts';
import { type ExportAnswer, exportRun } from '../export-results/export.ts';
import { stackFamilies } from '../families/index.ts';
import { follow } from '../follow-run/follow.ts';
import { kick } from '../kick-job/kick.ts';
import { createLog } from '../log/index.ts';
import { type PrepareAnswer, prepare } from '../prepare-run/prepare.ts';
import type { FoundDataset } from '../question/index.ts';
import type { SqsAnswer } from '../sqs/index.ts';
import { type SweepReport, sweep } from '../sweep-runs/sweep.ts';
import type { TaskAnswer, Tasks } from '../task/index.ts';

export const HAIKU = 'anthropic.claude-3-haiku-20240307-v1:0';
export const EXECUTION = 'arn:aws:states:us-east-1:123456789012:execution:orchestrator:first';

/** All that an execution needs to say: a prompt over the column `text` of `s3://data/rows.csv`. */
export const INPUT = {
  s3_uri: 's3://data/rows.csv',
  job_name_prefix: 'jokes',
  model_id: HAIKU,
  prompt: 'Tell me about {text}.',
  max_records_per_job: 100,
} as const;

/** So many rows of CSV with the columns `id` and `text`. */
export function csvRows(count: number): string {
  return `id,text\n${Array.from({ length: count }, (_, i) => `${i},thing ${i}\n`).join('')}`;
}

/** A deadline that a test ends by hand. */
export function openDeadline(leftMs: () => number = () => 600_000): Deadline & { readonly end: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, leftMs, end: () => controller.abort() };
}

/** The six functions of an orchestrator over ports in memory, called by hand. */
export class Orchestrator {
  readonly ports: MemoryPorts;
  settings: EngineSettings = {
    bucket: 'memory-bucket',
    table: 'ledger',
    region: 'us-east-1',
    roleArn: 'arn:aws:iam::123456789012:role/bedrock',
    timeoutHours: 24,
    resultsFormat: 'csv',
    families: [],
  };
  /** Datasets by their addresses. */
  readonly datasets = new Map<string, string>([['s3://data/rows.csv', csvRows(250)]]);
  /** The datasets are found to be changed when they have been read. */
  isChanged = false;
  /** Everything that was logged. */
  readonly lines: string[] = [];
  /** Answers by token; a task that waits has none, one that is not here is gone. */
  readonly tasks = new Map<string, TaskAnswer | 'waiting'>();
  readonly heartbeats: string[] = [];
  /** Messages of the collect queue. */
  readonly messages: PartRef[] = [];
  /** Messages that were put back, with their delay. */
  readonly putBack: { readonly receiptHandle: string; readonly seconds: number }[] = [];

  constructor(options: Omit<ScriptedBatchServiceOptions, 'clock' | 'objects'> = {}, ports = memoryPorts(options)) {
    this.ports = ports;
  }

  /** Another stack of the same account and ledger, with a bucket of its own. */
  beside(bucket: string): Orchestrator {
    const other = new Orchestrator({}, otherStore(this.ports, `s3://${bucket}`));
    other.settings = { ...this.settings, bucket };
    return other;
  }

  get engine() {
    const { settings } = this;
    const ports = { ...this.ports, families: stackFamilies(settings.families) };
    const log = createLog('DEBUG', (line) => void this.lines.push(line), ports.clock.now.bind(ports.clock));
    const tasks: Tasks = {
      answer: async (token, answer) => {
        if (this.tasks.get(token) !== 'waiting') return 'gone';
        this.tasks.set(token, answer);
        return 'told';
      },
      heartbeat: async (token) => {
        this.heartbeats.push(token);
        return this.tasks.get(token) === 'waiting' ? 'told' : 'gone';
      },
    };
    const queue: CollectQueue = {
      send: async (parts) => void this.messages.push(...parts),
      showAgain: async (receiptHandle, seconds) => void this.putBack.push({ receiptHandle, seconds }),
    };
    const findDataset = async (dataset: { readonly kind: string; readonly uri?: string }): Promise<FoundDataset> => {
      const uri = dataset.uri ?? '';
      const text = this.datasets.get(uri);
      if (text === undefined) throw new InputError('BR-E0101', `no such object: ${uri}`);
      return { sources: [textSource(uri, text, () => this.isChanged)], notices: [], close: () => {} };
    };
    return { ports, settings, log, tasks, queue, findDataset };
  }

  prepare(input: object = INPUT, o: { readonly execution?: string; readonly deadline?: Deadline } = {}): Promise<PrepareAnswer> {
    const payload = { execution: o.execution ?? EXECUTION, started: '2026-01-01T00:00:00Z', input };
    return prepare(this.engine, payload, o.deadline ?? openDeadline());
  }

  /** Makes a task wait for the run and follows it. */
  follow(run: string, token = 'token'): Promise<void> {
    this.tasks.set(token, 'waiting');
    return follow(this.engine, { run, token });
  }

  /** An event of Bedrock for each job that has ended; `times` of each. */
  kickEnded(times = 1): Promise<SqsAnswer> {
    const ended = this.ports.service.jobs.filter(({ jobArn }) => !this.isLive(jobArn));
    const bodies = ended.flatMap(({ jobArn, spec }) => Array.from({ length: times }, () => eventOf(jobArn, spec.jobName)));
    return kick(this.engine, sqsEvent(bodies));
  }

  isLive(jobArn: string): boolean {
    return this.ports.service.liveJobs().some((job) => job.jobArn === jobArn);
  }

  /** Collects every part that is in the queue, and what comes into it meanwhile. */
  async collectAll(): Promise<void> {
    for (let part = this.messages.shift(); part !== undefined; part = this.messages.shift()) await this.collect(part);
  }

  collect(part: object, receiveCount = 1): Promise<SqsAnswer> {
    return collect(this.engine, sqsEvent([JSON.stringify(part)], receiveCount));
  }

  sweep(deadline: Deadline = openDeadline()): Promise<SweepReport> {
    return sweep(this.engine, deadline);
  }

  export(run: string, from = 0, deadline: Deadline = openDeadline()): Promise<ExportAnswer> {
    return exportRun(this.engine, { run, from }, deadline);
  }

  /** Lets jobs end, and events and messages go their way, until the task was told. */
  async untilTold(token = 'token'): Promise<TaskAnswer> {
    for (let rounds = 0; rounds < 20; rounds++) {
      const told = this.tasks.get(token);
      if (told !== undefined && told !== 'waiting') return told;
      await this.ports.clock.advance(61_000);
      await this.kickEnded();
      await this.collectAll();
    }
    throw new Error('the task was not told');
  }

  /** The lines of an object. */
  linesOf(key: string): string[] {
    const text = this.ports.objects.text(key);
    if (text === undefined) throw new Error(`no ${key}; there are ${this.ports.objects.keys('batch_output').join(', ')}`);
    return text.trimEnd().split('\n');
  }
}

/** An event of Bedrock as it comes through EventBridge. */
export function eventOf(batchJobArn: string, batchJobName: string): string {
  const detail = { batchJobArn, batchJobName, status: 'Completed' };
  return JSON.stringify({ source: 'aws.bedrock', 'detail-type': 'Batch Inference Job State Change', detail });
}

/** Messages as Lambda gets them of SQS. */
export function sqsEvent(bodies: readonly string[], receiveCount = 1): object {
  return {
    Records: bodies.map((body, i) => ({
      messageId: `m${i}`,
      receiptHandle: `handle-${i}`,
      body,
      attributes: { ApproximateReceiveCount: String(receiveCount) },
    })),
  };
}

function textSource(uri: string, text: string, isChanged: () => boolean): Source {
  const bytes = new TextEncoder().encode(text);
  const etag = createHash('md5').update(bytes).digest('hex');
  const [, , bucket = '', ...key] = uri.split('/');
  return {
    name: uri,
    size: bytes.length,
    open: async (from = 0) => bytesSource(bytes.subarray(from)),
    openAccess: async () => ({ size: bytes.length, read: async (from, to) => bytes.slice(from, to), close: async () => {} }),
    pin: async (_: CallOptions = {}) => ({ kind: 's3', bytes: bytes.length, bucket, key: key.join('/'), etag }),
    checkUnchanged: async () => {
      if (isChanged()) throw new InputError('BR-E0118', `${uri} was changed while it was read`);
    },
  };
}
