import type { RunStatus } from '../sdk/run-status.ts';
import { plural, usdAlike } from './figures.ts';

/** What each way to stop a run means for its jobs and its bill. */
export function renderStopPrices(status: RunStatus): string[] {
  const { batchUsd, estimatedBatchUsd } = status.cost;
  const [batch, estimate] = usdAlike(batchUsd, estimatedBatchUsd);
  const spent = status.synthetic ? 'nothing: answers are synthetic' : `${batch} counted so far`;
  const whole = estimatedBatchUsd === undefined ? 'not known yet' : `about ${estimate}`;
  const inFlight = plural(status.jobs.running, 'job');
  return [
    `run ${status.run}: ${inFlight} in flight, ${plural(status.jobs.waiting, 'part')} not sent; spent ${spent}, the whole run ${whole}`,
    `  drain    ${inFlight} end by themselves and are paid in full; their answers are kept`,
    `  stop     ${inFlight} are stopped; what they have processed is paid and kept`,
    `  abandon  ${inFlight} go on and are paid in full; nobody waits for them`,
  ];
}
