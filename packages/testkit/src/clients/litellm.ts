import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** LiteLLM's proxy on loopback: an OpenAI-compatible server that is not ours, with an answer that is always the same. */
export interface LiteLlmProxy {
  readonly url: string;
  /** The model's name there. */
  readonly model: string;
  readonly answer: string;
  close(): Promise<void>;
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
  const log = join(folder, 'litellm.log');
  const output = openSync(log, 'w');
  const child = spawn(join(bin, 'litellm'), ['--config', config, '--host', '127.0.0.1', '--port', String(port)], {
    stdio: ['ignore', output, output],
    // No look at the network: neither for prices nor for telemetry.
    env: { ...process.env, LITELLM_LOCAL_MODEL_COST_MAP: 'True', LITELLM_TELEMETRY: 'False' },
  });
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilAlive(child, url);
  } catch (error) {
    await stop(child);
    throw new Error(`${String(error)}; the end of its log:\n${readFileSync(log, 'utf8').slice(-1500)}`);
  }
  return { url, model, answer: ANSWER, close: () => stop(child) };
}

async function untilAlive(child: ChildProcess, url: string): Promise<void> {
  const until = Date.now() + START_MS;
  while (Date.now() < until) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error('LiteLLM ended at once');
    const alive = await fetch(`${url}/health/liveliness`).then(
      (response) => response.ok,
      () => false,
    );
    if (alive) return;
    await sleep(250);
  }
  throw new Error(`LiteLLM was not alive after ${START_MS / 1000} s`);
}

function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    const force = setTimeout(() => child.kill('SIGKILL'), 5_000);
    child.once('exit', () => {
      clearTimeout(force);
      resolve();
    });
    child.kill('SIGTERM');
  });
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}
