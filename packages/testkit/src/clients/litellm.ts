import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { type ForeignServer, startServer } from './python-server.ts';

/** LiteLLM's proxy on loopback: an OpenAI-compatible server that is not ours, with an answer that is always the same. */
export interface LiteLlmProxy extends ForeignServer {
  /** The model's name there. */
  readonly model: string;
  readonly answer: string;
}

const START_MS = 180_000;
const ANSWER = 'This answer came from upstream.';

/** Starts the proxy and waits until it is alive. Rejects with the end of its log when it does not come up in time. */
export async function startLiteLlm(bin: string, folder: string): Promise<LiteLlmProxy> {
  const port = await freePort();
  const config = join(folder, 'litellm.json');
  const model = 'mock-model';
  // JSON is YAML too.
  const params = { model: 'openai/none', api_key: 'none', mock_response: ANSWER };
  writeFileSync(config, JSON.stringify({ model_list: [{ model_name: model, litellm_params: params }] }));
  const server = await startServer({
    name: 'LiteLLM',
    program: join(bin, 'litellm'),
    args: ['--config', config, '--host', '127.0.0.1', '--port', String(port)],
    // No look at the network: neither for prices nor for telemetry.
    env: { LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_TELEMETRY: 'False' },
    url: `http://127.0.0.1:${port}`,
    alivePath: '/health/liveliness',
    log: join(folder, 'litellm.log'),
    startMs: START_MS,
  });
  return { ...server, model, answer: ANSWER };
}
