import type { Answerer } from '../answers/index.ts';
import { type BedrockState, createJsonService } from '../bedrock/index.ts';
import type { Service } from '../server/index.ts';
import { converse } from './converse.ts';
import { invokeModel } from './invoke-model.ts';

const PATH = /^\/model\/([^/]+)\/(invoke|converse)$/;

/** The runtime API, without streams: InvokeModel and Converse. */
export function createRuntimeService(state: BedrockState, answerer: Answerer): Service {
  return createJsonService({
    name: 'bedrock-runtime',
    contentType: 'application/json',
    state,
    find({ method, path }) {
      const [found, model = '', action] = PATH.exec(path) ?? [];
      if (method !== 'POST' || found === undefined) return undefined;
      const labels = [decodeURIComponent(model)];
      if (action === 'invoke') return { name: 'InvokeModel', labels, run: (call) => invokeModel(call, state, answerer) };
      return { name: 'Converse', labels, run: (call) => converse(call, state, answerer) };
    },
  });
}
