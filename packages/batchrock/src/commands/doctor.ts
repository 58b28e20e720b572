import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import type { Cli, CommandContext } from '../cli/cli.ts';
import { ExitCode } from '../cli/exit-codes.ts';
import { type CommonFlags, type TargetFlags, withStackName, withTarget } from '../cli/option-groups.ts';
import { oneMore } from '../cli/values.ts';

interface DoctorFlags extends CommonFlags, TargetFlags {
  readonly model?: string;
  readonly tail?: 'on-demand';
  readonly catalogue?: string;
}

const MORE = `Looks at this machine, the keys, the bucket, the model, its quota and the role,
with the settings that run would have, and says how each is mended. It makes no
job; one small object is put into the bucket and taken away again. Ends with 5
where something would keep runs from working, or leaves them open to others.`;

/** `doctor`: what keeps runs from working, and how it is mended. */
export function doctorCommand(cli: Cli): Command {
  const command = cli
    .command('doctor', {
      summary: 'look for what keeps runs from working, and say how to mend it',
      examples: ['batchrock doctor', 'batchrock doctor --model us.amazon.nova-lite-v1:0', 'batchrock doctor --json'],
      more: MORE,
    })
    .option('--model <id>', 'look at this model, its access and its quota too')
    .option('--catalogue <file>', 'JSON that changes what is known of models')
    .addOption(new Option('--tail <how>', 'look at what run --tail on-demand needs, too').choices(['on-demand']))
    .addOption(new Option('--notify [target]', 'send a test, to those of the settings or here').preset('').argParser(oneMore));
  return withStackName(withTarget(command)).action(cli.action<DoctorFlags>(examine));
}

async function examine({ host, terminal, interrupts }: CommandContext, flags: DoctorFlags): Promise<ExitCode> {
  const { openDoctor } = await import('../doctor/open-doctor.ts');
  const { notifyChecks } = await import('../doctor/notify-check.ts');
  const { runChecks } = await import('../doctor/run-checks.ts');
  const { renderCheck } = await import('../render/doctor-text.ts');
  const { env, cwd } = host;
  const { signal } = interrupts;
  const catalogue = flags.catalogue === undefined ? undefined : resolve(cwd, flags.catalogue);
  const doctor = await openDoctor({ ...flags, ...(catalogue && { catalogue }), env, cwd, signal });
  const checks = [...doctor.checks, ...notifyChecks({ asked: flags.notify, profile: flags.profile, env, signal })];
  const results = [];
  try {
    for await (const result of runChecks(checks, signal)) {
      results.push(result);
      if (!flags.json) await terminal.data(`${renderCheck(result, terminal.paintData).join('\n')}\n`);
    }
  } finally {
    doctor.close();
  }
  const isSound = results.every(({ state }) => state !== 'fail');
  if (flags.json) {
    const { target = null } = doctor;
    await terminal.json({ schema: 'batchrock.doctor/1', target, isSound, checks: results });
  }
  return isSound ? ExitCode.ok : ExitCode.precondition;
}
