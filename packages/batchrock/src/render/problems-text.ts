import type { CheckReport, RowProblem } from '../sdk/check/index.ts';
import { VERSION } from '../version.ts';
import { plural } from './figures.ts';

/** A problem on one line, as compilers write them: `file:line: path: message (code)`. */
export function problemLine({ level, file, line, path, code, message }: RowProblem): string {
  const place = `${file}:${line}: ${level === 'warning' ? 'warning: ' : ''}${path === '' ? '' : `${path}: `}`;
  return `${place}${message} (${code})`;
}

/** What all of it comes to. */
export function reportLine({ rows, sound, errors, warnings, models }: CheckReport): string {
  const modelId = models.map((model) => model.modelId).join(', ');
  const found = [plural(errors, 'error'), ...(warnings > 0 ? [plural(warnings, 'warning')] : [])].join(' and ');
  if (errors === 0 && warnings === 0) return `${plural(rows, 'row')}: all can be sent to ${modelId}`;
  return `${plural(rows, 'row')}, of which ${sound} can be sent to ${modelId}: ${found}`;
}

/** A report as `validate --json` prints it. `problems` may be only the first of them. */
export function validateDocument(report: CheckReport, problems: readonly RowProblem[]) {
  const { source, models, rows, sound, errors, warnings } = report;
  const isCut = problems.length < errors + warnings;
  return { dataset: source, ...modelsDocument(models), rows, sound, errors, warnings, isCut, problems };
}

/** One model stands for itself, several in a list. */
function modelsDocument(models: CheckReport['models']) {
  const list = models.map(({ modelId, invocationType }) => ({ model: modelId, invocationType }));
  return list.length === 1 ? list[0] : { models: list };
}

/** The problems in SARIF 2.1.0 (OASIS, 2020), which editors and code hosts show beside the lines. */
export function sarifDocument(problems: readonly RowProblem[]) {
  const rules = [...new Set(problems.map(({ code }) => code))];
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'batchrock', version: VERSION, rules: rules.map((id) => ({ id })) } },
        results: problems.map(({ level, file, line, path, code, message }) => ({
          ruleId: code,
          ruleIndex: rules.indexOf(code),
          level,
          message: { text: path === '' ? message : `${path}: ${message}` },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: encodeURI(file) }, region: { startLine: line } },
              ...(path === '' ? {} : { logicalLocations: [{ fullyQualifiedName: path }] }),
            },
          ],
        })),
      },
    ],
  };
}
