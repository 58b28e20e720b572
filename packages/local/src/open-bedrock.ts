import { join } from 'node:path';
import { type Answerer, createBuiltInAnswerer, createUpstreamAnswerer } from './answers/index.ts';
import {
  type BedrockSettings,
  createControlService,
  createModelTable,
  openApplicationProfiles,
  resolveBedrockOptions,
} from './bedrock/index.ts';
import { clockRoutes } from './clock/index.ts';
import { createEventSender } from './events/index.ts';
import { createFaultSwitch, faultRoutes } from './faults/index.ts';
import { type JobEngine, type JobTable, openJobTable, startEngine, wallMs } from './jobs/index.ts';
import type { LocalBedrockPorts } from './ports.ts';
import { createQuotasService } from './quotas/index.ts';
import { createRuntimeService } from './runtime/index.ts';
import type { AdminRoute, ServerContext, ServerModule } from './server/index.ts';
import { recordCalls } from './storage/index.ts';

/** Opens Bedrock in the folder: control plane, runtime, quotas, and the engine, which goes on with every open job. */
export function openBedrock(context: ServerContext, ports: LocalBedrockPorts): ServerModule {
  const settings = resolveBedrockOptions(context.options);
  const faults = createFaultSwitch(settings.faults);
  const answerer = createAnswerer(settings);
  const jobs = openJobTable(join(context.options.dir, 'jobs'));
  const events = createEventSender({
    url: settings.eventsUrl,
    take: ports.onEvent,
    clock: context.clock,
    account: context.options.account,
    faults,
    wallMs: (ms) => wallMs(settings.timing, ms),
  });
  const engine = startEngine({
    table: jobs,
    timing: settings.timing,
    clock: context.clock,
    answerer,
    storageFor: (job) => recordCalls(context.storageFor(job), context.calls, { role: job.roleArn, job: job.jobArn }),
    onStatus: events.send,
  });
  const profiles = openApplicationProfiles(join(context.options.dir, 'profiles'));
  const models = createModelTable(settings.extraModels, settings.anyModel, profiles);
  // with the keys of a role only the job itself can see what they open
  const storage = ports.credentialsFor === undefined ? context.storage : undefined;
  const state = { settings, storage, jobs, engine, models, faults, clock: context.clock, onStatus: events.send };
  return {
    services: [createControlService(state), createRuntimeService(state, answerer), createQuotasService(state)],
    admin: [...faultRoutes(faults), ...clockRoutes(context.clock, context.options.dir), jobsRoute(jobs, engine)],
    async close() {
      events.close();
      await engine.close();
    },
  };
}

function createAnswerer({ upstream }: BedrockSettings): Answerer {
  if (upstream === undefined) return createBuiltInAnswerer();
  return createUpstreamAnswerer({ ...upstream, key: process.env['BATCHROCK_UPSTREAM_KEY'] });
}

/** `GET /_batchrock/jobs`: every job that was ever created here, oldest first; for tests that no job was created twice. */
function jobsRoute(jobs: JobTable, engine: JobEngine): AdminRoute {
  return {
    method: 'GET',
    path: '/_batchrock/jobs',
    handle: () => ({
      jobs: Array.from(jobs.all(), (job) => ({
        jobId: job.jobId,
        jobArn: job.jobArn,
        jobName: job.jobName,
        clientRequestToken: job.clientRequestToken,
        modelId: job.modelArn,
        status: job.status,
        message: job.message,
        submittedAt: job.submittedAt,
        endedAt: job.endedAt,
        inputUri: job.input.uri,
        outputUri: job.output.uri,
        counts: engine.countsOf(job),
      })),
    }),
  };
}
