/** `doctor`: looks at everything that p88sync stands on, and says for each finding what to do. Changes nothing. */
import { doctorJson, renderDoctor } from '../report/doctor-text.ts';
import { exitOfFindings } from '../report/finding.ts';
import type { CommandContext, CommandResult } from './context.ts';
import { gatherFacts } from './doctor-gather.ts';
import { judge } from './doctor-judge.ts';

export interface DoctorOptions {
  /** False: no provider is asked. */
  readonly calls: boolean;
}

export async function runDoctor(context: CommandContext, options: DoctorOptions): Promise<CommandResult> {
  const facts = await gatherFacts(context, options.calls);
  const findings = judge(facts, context.settings.cadence.high.everyMinutes);
  return {
    exit: exitOfFindings(findings),
    text: context.json ? '' : renderDoctor(findings, context.terminal),
    json: doctorJson(findings),
  };
}
