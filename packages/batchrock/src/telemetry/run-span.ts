import type { LogFields } from '../log/index.ts';
import { statusFields } from '../log/run-log.ts';
import type { RunReport } from '../sdk/reports.ts';
import { inSpan } from './span.ts';

/** Does what brings a run forward inside a span, which says in the end how the run stands. */
export function inRunSpan(name: 'run' | 'advance', fields: LogFields, work: () => Promise<RunReport>): Promise<RunReport> {
  return inSpan(name, fields, async (note) => {
    const report = await work();
    note(statusFields(report.status));
    return report;
  });
}
