import { parseCall } from './event.ts';
import { look } from './look.ts';
import type { EventPorts } from './ports.ts';
import { sweep } from './sweep.ts';

/** One call of the function. Throws when a waiter could not be swept, so that the alarm sees it. */
export async function handle(ports: EventPorts, event: unknown): Promise<void> {
  const call = parseCall(event);
  if (call.kind === 'other') {
    ports.log('WARN', 'neither an event of a job nor a sweep: ignored');
    ports.metrics({ EventsIgnored: 1 });
    return;
  }
  if (call.kind === 'sweep') return sweepAll(ports);
  const { jobArn, jobName, status } = call;
  const looked = await look(ports, call);
  ports.log('INFO', `event: ${looked}`, { jobArn, jobName, status });
  if (looked === 'foreign' || looked === 'late' || looked === 'forged') ports.metrics({ EventsIgnored: 1 });
}

async function sweepAll(ports: EventPorts): Promise<void> {
  const { looked, answered, failed } = await sweep(ports);
  ports.log('INFO', 'swept', { count: looked, failed });
  if (answered > 0) ports.metrics({ SweepAnswered: answered });
  if (failed > 0) throw new Error(`${failed} of ${looked} waiters could not be swept; the log says why`);
}
