import type { ChatRequest, UnsupportedSink } from './chat.ts';
import type { ModelTraits } from './family.ts';
import { changed, leftOut } from './unsupported.ts';

/** How an answer's tokens are drawn, within what the models of Bedrock take. */
export interface Sampling {
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
}

const NAMES = [
  ['temperature', 'temperature'],
  ['topP', 'top_p'],
  ['topK', 'top_k'],
] as const;

/** Greatest temperature of Bedrock's InferenceConfiguration (API Reference, 2026-11); OpenAI's is 2. */
const MAX_TEMPERATURE = 1;

/**
 * The request's sampling parameters as they are sent. `refusedBy` says in a few words why all of them have to stay away, such as
 * `while it thinks`.
 */
export function samplingOf(request: ChatRequest, traits: ModelTraits, sink: UnsupportedSink, refusedBy?: string): Sampling {
  const why = traits.refusesSampling ? 'this model refuses sampling parameters' : refusedBy;
  if (why !== undefined) {
    for (const [key, path] of NAMES) {
      if (request[key] !== undefined) leftOut(sink, 'sampling_not_supported', path, `${path} is left out: ${why}`);
    }
    return {};
  }
  const { topK } = request;
  const temperature = clamped(request.temperature, sink);
  const topP = traits.onlyTemperatureOrTopP && temperature !== undefined ? undefined : request.topP;
  if (topP === undefined && request.topP !== undefined) {
    changed(sink, 'top_p_beside_temperature', 'top_p', 'top_p is left out: this model takes temperature or top_p, not both');
  }
  return {
    ...(temperature === undefined ? {} : { temperature }),
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
  };
}

function clamped(temperature: number | undefined, sink: UnsupportedSink): number | undefined {
  if (temperature === undefined || temperature <= MAX_TEMPERATURE) return temperature;
  changed(
    sink,
    'temperature_clamped',
    'temperature',
    `temperature ${temperature} is more than the model takes: ${MAX_TEMPERATURE} is sent`,
  );
  return MAX_TEMPERATURE;
}
