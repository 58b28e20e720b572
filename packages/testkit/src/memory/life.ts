import {
  type AnswerCache,
  type Clock,
  type Ledger,
  type ModelRuntime,
  type ObjectStore,
  type RunPorts,
  ServiceError,
} from '@batchrock/core';
import type { PortCall } from './hook.ts';

/** What goes wrong at one moment of a life. `lost`: the call fails, before its effect or after it. */
export type Fault = { readonly at: number; readonly kind: 'crash' | 'lost' };

/** One life of a process: its ports, until it crashes. */
export interface Life {
  readonly ports: RunPorts;
  /** Resolves when it crashes; what it had begun never goes on. */
  readonly crashed: Promise<void>;
  /** The calls so far, each with its two moments; moment `2 * n` is before call `n`, `2 * n + 1` after it. */
  readonly calls: readonly PortCall[];
}

/** Wraps ports so that a process can crash, or a call fail, at any moment of any call. The state behind the ports stays. */
export function beginLife(ports: RunPorts, fault?: Fault): Life {
  const calls: PortCall[] = [];
  let isDead = false;
  let crash = () => {};
  const crashed = new Promise<void>((resolve) => {
    crash = resolve;
  });
  const never = () => new Promise<never>(() => {});

  const moment = async (call: PortCall): Promise<void> => {
    if (isDead) return never();
    calls.push(call);
    if (fault?.at !== calls.length - 1) return;
    if (fault.kind === 'lost') throw lost(call);
    isDead = true;
    crash();
    return never();
  };
  const run = async <T>(port: PortCall['port'], call: string, about: string, effect: () => Promise<T>): Promise<T> => {
    await moment({ port, call, about, moment: 'before' });
    const result = await effect();
    await moment({ port, call, about, moment: 'after' });
    return result;
  };

  const { ledger, objects, service, clock, answers, runtime } = ports;
  const hookedLedger: Ledger = {
    get: (key, o) => run('ledger', 'get', key, () => ledger.get(key, o)),
    page: (query, o) => run('ledger', 'page', `${query.index} ${query.at}`, () => ledger.page(query, o)),
    commit: (writes, o) =>
      run('ledger', 'commit', JSON.stringify(writes.map((write) => Object.keys(write)[0])), () => ledger.commit(writes, o)),
  };
  const hookedObjects: ObjectStore = {
    uri: objects.uri,
    head: (key, o) => run('objects', 'head', key, () => objects.head(key, o)),
    open: (key, o) => run('objects', 'open', key, () => objects.open(key, o)),
    create(key, o) {
      const sink = objects.create(key, o);
      return {
        blockBytes: sink.blockBytes,
        block: () => sink.block(),
        write: (full) => sink.write(full),
        commit: () => run('objects', 'create', key, () => sink.commit()),
        abort: () => sink.abort(),
      };
    },
    async *list(prefix, o) {
      await moment({ port: 'objects', call: 'list', about: prefix, moment: 'before' });
      yield* objects.list(prefix, o);
      await moment({ port: 'objects', call: 'list', about: prefix, moment: 'after' });
    },
    remove: (keys, o) => run('objects', 'remove', keys.join(' '), () => objects.remove(keys, o)),
  };
  const hookedClock: Clock = {
    now: () => clock.now(),
    async sleep(ms, signal) {
      await clock.sleep(ms, signal);
      if (isDead) await never();
    },
  };
  const hookedAnswers: AnswerCache | undefined = answers && {
    find: (scope, requests, o) => run('answers', 'find', scope.modelId, () => answers.find(scope, requests, o)),
    put: (scope, kept, o) => run('answers', 'put', scope.modelId, () => answers.put(scope, kept, o)),
  };
  const hookedRuntime: ModelRuntime | undefined = runtime && {
    ask: (call, o) => run('runtime', 'ask', call.modelId, () => runtime.ask(call, o)),
  };
  return {
    calls,
    crashed,
    ports: {
      ...ports,
      ...(hookedAnswers && { answers: hookedAnswers }),
      ...(hookedRuntime && { runtime: hookedRuntime }),
      ledger: hookedLedger,
      objects: hookedObjects,
      clock: hookedClock,
      service: {
        facts: service.facts,
        create: (spec, o) => run('service', 'create', spec.jobName, () => service.create(spec, o)),
        get: (jobArn, o) => run('service', 'get', jobArn, () => service.get(jobArn, o)),
        async *list(query, o) {
          const about = JSON.stringify(query);
          await moment({ port: 'service', call: 'list', about, moment: 'before' });
          yield* service.list(query, o);
          await moment({ port: 'service', call: 'list', about, moment: 'after' });
        },
        stop: (jobArn, o) => run('service', 'stop', jobArn, () => service.stop(jobArn, o)),
      },
    },
  };
}

function lost(call: PortCall): ServiceError {
  const effect = call.moment === 'before' ? 'none' : 'unknown';
  return new ServiceError('BR-E0503', `${call.port}.${call.call} got no answer`, { reason: 'unavailable', effect });
}
