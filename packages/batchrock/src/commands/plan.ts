import type { Command } from 'commander';
import type { Cli } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import { type CommonFlags, type QuestionFlags, type TargetFlags, withQuestion, withTarget } from '../cli/option-groups.ts';
import { sessionOptions } from '../cli/session-options.ts';
import type { RunProgress } from '../sdk/progress.ts';

type PlanFlags = CommonFlags & QuestionFlags & TargetFlags;

/** `plan`: what a run would do and cost; sends nothing. */
export function planCommand(cli: Cli): Command {
  const command = cli.command('plan [dataset...]', {
    summary: 'what a run would do and cost; sends nothing',
    examples: ['batchrock plan reviews.csv --model amazon.nova-lite-v1:0 --prompt "{text}"'],
    more: 'Reads the whole dataset once. Writes no object, creates no job, asks no server\nbut the one that has the dataset.',
  });
  return withTarget(withQuestion(command)).action(
    cli.action<PlanFlags, readonly [readonly string[]]>(async ({ host, terminal, interrupts }, flags, [dataset]) => {
      const { promptOf, questionOf } = await import('../cli/question-of-flags.ts');
      const prompt = await promptOf(flags, host.cwd);
      const { openLookingSession, planRun, planSplit } = await import('../sdk/index.ts');
      const { planDocument, renderPlan } = await import('../render/plan-text.ts');
      const { ProgressDisplay } = await import('../cli/progress-display.ts');
      const display = new ProgressDisplay(terminal);
      const session = await openLookingSession(sessionOptions(host, flags, (text) => display.notice(text)));
      const question = questionOf(dataset, flags, prompt);
      const options = {
        signal: interrupts.signal,
        onProgress: (progress: RunProgress) => display.show(progress),
        stdin: host.stdin,
      };
      if (flags.splitModels) {
        const { plansDocument, renderPlans } = await import('../render/split-text.ts');
        const planned = await planSplit(session, { ...question, model: flags.model }, options);
        display.end();
        if (flags.json) await terminal.json(plansDocument(planned));
        else await terminal.data(`${renderPlans(planned).join('\n')}\n`);
        return ExitCode.ok;
      }
      const report = await planRun(session, question, options);
      display.end();
      if (report.targetKind === 'local')
        terminal.note(terminal.paint.dim('no bucket: this would run on the local Bedrock, with synthetic answers'));
      if (flags.json) await terminal.json({ schema: 'batchrock.plan/1', ...planDocument(report) });
      else await terminal.data(`${renderPlan(report).join('\n')}\n`);
      return ExitCode.ok;
    }),
  );
}
