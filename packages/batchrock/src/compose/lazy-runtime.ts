import type { ConnectionOptions } from '@batchrock/aws';
import type { ModelRuntime } from '@batchrock/core';

type Opened = ModelRuntime & { destroy(): void };

/** Models on demand, whose client is loaded with the first call: most runs make none. */
export function lazyRuntime(options: ConnectionOptions): Opened {
  let opening: Promise<Opened> | undefined;
  const open = (): Promise<Opened> =>
    (opening ??= import('@batchrock/aws/runtime').then(({ createBedrockModelRuntime }) => createBedrockModelRuntime(options)));
  return {
    ask: async (call, o) => (await open()).ask(call, o),
    destroy: () => void opening?.then((runtime) => runtime.destroy()).catch(() => undefined),
  };
}
