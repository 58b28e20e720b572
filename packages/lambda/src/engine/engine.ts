import type { RunPorts } from '@batchrock/core';
import type { Log } from '../log/index.ts';
import type { EngineSettings } from './settings.ts';

/** What every function of an orchestrator works with: the ports of the core, where they are, and the log. */
export interface Engine {
  readonly ports: RunPorts;
  readonly settings: EngineSettings;
  readonly log: Log;
}
