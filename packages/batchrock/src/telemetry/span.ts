import { isBatchrockError } from '@batchrock/core';
import type * as Api from '@opentelemetry/api';
import { allowedFields, type LogFields } from '../log/index.ts';
import { VERSION } from '../version.ts';

/** Where every copy of the API keeps what was registered with it (@opentelemetry/api 1.9, internal/global-utils). */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** The API, where a program has registered something with it: without that it is not even loaded. */
async function registeredApi(): Promise<typeof Api | undefined> {
  return REGISTERED in globalThis ? await import('@opentelemetry/api') : undefined;
}

/** Says more of a span while its work is done. */
export type Note = (fields: LogFields) => void;

/** The fields of the log as attributes: what is not on their list is in no span. */
function attributesOf(fields: LogFields): Api.Attributes {
  return Object.fromEntries(Object.entries(allowedFields(fields)).map(([name, value]) => [`batchrock.${name}`, value]));
}

/** Does work inside a span, whose parent is the one that is active. Of what fails it has the code alone. */
export async function inSpan<T>(name: string, fields: LogFields, work: (note: Note) => Promise<T>): Promise<T> {
  const api = await registeredApi();
  if (api === undefined) return work(() => undefined);
  const tracer = api.trace.getTracer('batchrock', VERSION);
  return tracer.startActiveSpan(`batchrock.${name}`, { attributes: attributesOf(fields) }, async (span) => {
    try {
      return await work((more) => span.setAttributes(attributesOf(more)));
    } catch (error) {
      const code = isBatchrockError(error) ? error.code : 'BR-E0901';
      span.setAttributes({ 'error.type': code });
      span.setStatus({ code: api.SpanStatusCode.ERROR, message: code });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Spans of what is over, below the one that is active now. */
export interface PastSpans {
  add(name: string, fields: LogFields, times: { readonly from: number; readonly to: number }): void;
  /** Something that takes no time, said of the active span itself. */
  event(name: string, fields: LogFields, at: number): void;
}

/** Undefined where nobody records the active span. */
export async function pastSpans(): Promise<PastSpans | undefined> {
  const api = await registeredApi();
  const parent = api?.context.active();
  const around = parent === undefined ? undefined : api?.trace.getSpan(parent);
  if (api === undefined || parent === undefined || !around?.isRecording()) return undefined;
  const tracer = api.trace.getTracer('batchrock', VERSION);
  return {
    add(name, fields, { from, to }) {
      tracer
        .startSpan(`batchrock.${name}`, { attributes: attributesOf(fields), startTime: from }, parent)
        .end(Math.max(from, to));
    },
    event: (name, fields, at) => void around.addEvent(`batchrock.${name}`, attributesOf(fields), at),
  };
}

/** How long a process that is about to end waits for its spans to be handed on. */
const FLUSH_MS = 5_000;

/** Hands on what a provider still holds, where it can: a command ends its process, and nothing is told of that. Never throws. */
export async function flushSpans(): Promise<void> {
  const provider: unknown = (await registeredApi())?.trace.getTracerProvider();
  const real: unknown = hasMethod(provider, 'getDelegate') ? provider.getDelegate() : provider;
  if (!hasMethod(real, 'forceFlush')) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, FLUSH_MS);
  });
  await Promise.race([Promise.resolve(real.forceFlush()).catch(() => undefined), late]);
  clearTimeout(timer);
}

function hasMethod<Name extends string>(value: unknown, name: Name): value is Record<Name, () => unknown> {
  return typeof value === 'object' && value !== null && name in value && typeof Reflect.get(value, name) === 'function';
}
