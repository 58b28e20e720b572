import type { Service } from '../server/index.ts';
import { createJsonService } from './json-service.ts';
import { CONTROL_ROUTES, findRoute } from './routes.ts';
import type { BedrockState } from './state.ts';

/** The control plane: jobs, their tags, models and profiles (rest-json). */
export function createControlService(state: BedrockState): Service {
  return createJsonService({
    name: 'bedrock',
    contentType: 'application/json',
    state,
    find({ method, path }) {
      const found = findRoute(CONTROL_ROUTES, method, path);
      if (found === undefined) return undefined;
      const { route, labels } = found;
      return {
        name: route.name,
        labels,
        async run(call) {
          // a job that waits for space, or for its folder, would wait unseen
          const trouble = state.engine.heldUp();
          if (trouble !== undefined) throw trouble;
          return { body: await route.run(call, state) };
        },
      };
    },
  });
}
