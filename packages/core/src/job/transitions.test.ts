import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { PartBody, PartState } from './part.ts';
import { decide, evolve, type PartCommand } from './transitions.ts';

const ready: PartBody = {
  run: 'r-1',
  attempt: 1,
  part: 0,
  lane: 'lane',
  records: 10,
  sentinels: 0,
  bytes: 100,
  files: 1,
  xxh128: 'aa',
  firstOrdinal: 0,
  lastOrdinal: 9,
  jobName: 'batchrock-1',
  clientRequestToken: '1',
  state: 'ready',
};
const ARN = 'arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/aaaaaaaaaaaa';
const OTHER = 'arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/bbbbbbbbbbbb';
const counts = { succeeded: 8, failed: 1, retryable: 1, missing: 0, truncated: 0 };

const ORDER: readonly PartState[] = ['ready', 'submitting', 'submitted', 'ended', 'collected'];

const jobCounts = fc.record({ total: fc.nat(9), processed: fc.nat(9), succeeded: fc.nat(9), failed: fc.nat(9) });
const status = fc.constantFrom('Submitted', 'Validating', 'Scheduled', 'InProgress', 'Stopping', 'Completed', 'Failed');
const command: fc.Arbitrary<PartCommand> = fc.oneof(
  fc.constantFrom<PartCommand>({ do: 'intend' }, { do: 'renew' }, { do: 'withdraw' }, { do: 'collect', counts }),
  fc.constantFrom(ARN, OTHER).map((jobArn): PartCommand => ({ do: 'adopt', jobArn })),
  fc.record({ jobArn: fc.constantFrom(ARN, OTHER), status, counts: fc.option(jobCounts, { nil: undefined }) }).map(
    (report): PartCommand => ({
      do: 'observe',
      report: { ...report, terminal: report.status === 'Completed' || report.status === 'Failed' },
    }),
  ),
);

/** The part after a command; as it was when the command is refused or late. */
function apply(part: PartBody, given: PartCommand, now: number): PartBody {
  try {
    return decide(part, given, now).reduce(evolve, part);
  } catch (error) {
    expect(error).toMatchObject({ code: 'BR-E0207' });
    return part;
  }
}

/** Every part on the way of a list of commands. */
function way(commands: readonly PartCommand[]): PartBody[] {
  const parts = [ready];
  commands.forEach((given, i) => void parts.push(apply(parts.at(-1) ?? ready, given, i)));
  return parts;
}

describe('the life of a part', () => {
  it('goes from ready to collected by its five steps', () => {
    const steps: PartCommand[] = [
      { do: 'intend' },
      { do: 'adopt', jobArn: ARN },
      { do: 'observe', report: { jobArn: ARN, status: 'Completed', terminal: true } },
      { do: 'collect', counts },
    ];
    expect(way(steps).map((part) => part.state)).toEqual(ORDER);
    expect(way(steps).at(-1)).toMatchObject({
      jobArn: ARN,
      jobId: 'aaaaaaaaaaaa',
      jobStatus: 'Completed',
      endedAt: 2,
      collected: counts,
    });
  });

  it('never goes back, but from submitting to ready when the intent is withdrawn', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const parts = way(commands);
        for (let i = 1; i < parts.length; i++) {
          const [before, after] = [parts[i - 1] ?? ready, parts[i] ?? ready];
          const isWithdrawn = commands[i - 1]?.do === 'withdraw' && before.state === 'submitting' && after.state === 'ready';
          if (!isWithdrawn) expect(ORDER.indexOf(after.state)).toBeGreaterThanOrEqual(ORDER.indexOf(before.state));
        }
      }),
    );
  });

  it('leaves submitting for submitted only with an ARN, and keeps the first one for ever', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const arns = way(commands)
          .filter((part) => ORDER.indexOf(part.state) >= 2)
          .map((part) => part.jobArn);
        expect(new Set(arns).size).toBeLessThanOrEqual(1);
        expect(arns).not.toContain(undefined);
      }),
    );
  });

  it('absorbs everything once it is collected', () => {
    const part: PartBody = { ...ready, state: 'collected', jobArn: ARN, jobStatus: 'Completed', collected: counts };
    fc.assert(fc.property(command, (given) => void expect(decide(part, given, 99)).toEqual([])));
  });

  it('never counts backwards while its job runs', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const seen = way(commands).map((part) => part.jobCounts);
        for (let i = 1; i < seen.length; i++) {
          for (const key of ['total', 'processed', 'succeeded', 'failed'] as const) {
            expect(seen[i]?.[key] ?? 0).toBeGreaterThanOrEqual(seen[i - 1]?.[key] ?? 0);
          }
        }
      }),
    );
  });

  it('changes nothing of what was frozen when it was made', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), (commands) => {
        const { state: _, ...facts } = ready;
        expect(way(commands).at(-1)).toMatchObject(facts);
      }),
    );
  });

  it('takes no notice of a job that is not its own', () => {
    const part: PartBody = { ...ready, state: 'submitted', jobArn: ARN };
    expect(decide(part, { do: 'observe', report: { jobArn: OTHER, status: 'Failed', terminal: true } }, 1)).toEqual([]);
  });

  it('writes nothing when a look shows nothing new', () => {
    const report = {
      jobArn: ARN,
      status: 'InProgress',
      terminal: false,
      counts: { total: 9, processed: 3, succeeded: 2, failed: 1 },
    };
    const part = decide({ ...ready, state: 'submitted', jobArn: ARN }, { do: 'observe', report }, 1).reduce(evolve, {
      ...ready,
      state: 'submitted',
      jobArn: ARN,
    } as PartBody);
    expect(part).toMatchObject({ jobStatus: 'InProgress', jobCounts: { processed: 3 } });
    expect(decide(part, { do: 'observe', report }, 2)).toEqual([]);
    expect(decide(part, { do: 'observe', report: { ...report, status: 'Validating' } }, 2)).toEqual([]);
  });

  it('refuses a step that comes before its time, naming part and state', () => {
    expect(() => decide(ready, { do: 'collect', counts }, 1)).toThrowError(
      /part 0 of attempt 1 cannot collect while it is ready/,
    );
  });
});
