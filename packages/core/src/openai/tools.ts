import type { ChatTool, JsonObject, ToolChoice } from '../model/index.ts';
import { isName } from './conversation.ts';
import { type Findings, type Given, type GivenObject, isAbsent, isObject, isTooDeep, shown } from './findings.ts';

/** Longest name of a tool: `[a-zA-Z0-9_-]{1,64}` (Bedrock API reference, ToolSpecification, 2026-11). */
const MAX_NAME = 64;
const FUNCTION_FIELDS: ReadonlySet<string> = new Set(['name', 'description', 'parameters', 'strict', 'type']);

/** How a body writes its tools: `{type, function:{…}}`, everything in one object, or OpenAI's deprecated `functions`. */
export type ToolShape = 'nested' | 'flat' | 'function';

/** Reads a list of tools, `path` is that of the list; undefined where there are none. */
export function readTools(tools: Given, path: string, shape: ToolShape, findings: Findings): readonly ChatTool[] | undefined {
  if (isAbsent(tools)) return undefined;
  if (!Array.isArray(tools)) {
    findings.badType(path, tools, 'a list of tools');
    return undefined;
  }
  const read: ChatTool[] = [];
  const names = new Set<string>();
  for (let i = 0; i < tools.length; i++) {
    const at = `${path}[${i}]`;
    const tool = readTool(tools[i], at, shape, findings);
    if (tool === undefined) continue;
    if (names.has(tool.name)) {
      findings.problem(
        'duplicate_tool',
        at,
        `${at} has the name ${shown(tool.name)} of a tool before it; give each a name of its own`,
      );
    }
    names.add(tool.name);
    read.push(tool);
  }
  return read.length === 0 ? undefined : read;
}

function readTool(tool: Given, at: string, shape: ToolShape, findings: Findings): ChatTool | undefined {
  if (!isObject(tool)) {
    findings.badType(at, tool, 'an object');
    return undefined;
  }
  if (shape === 'function') return readFunction(tool, at, at, findings);
  const { type } = tool;
  if (type !== 'function') {
    if (isAbsent(type)) findings.badType(`${at}.type`, type, '"function"');
    else
      findings.problem(
        'hosted_tool',
        `${at}.type`,
        `${at}.type is ${shown(type)}, which runs at OpenAI only; "function" is taken`,
      );
    return undefined;
  }
  if (shape === 'flat') return readFunction(tool, at, at, findings);
  for (const key in tool) {
    if (key === 'type' || key === 'function' || isAbsent(tool[key])) continue;
    findings.leftOut('unknown_field', `${at}.${key}`, `a tool is not told ${shown(key)}: it is left out`);
  }
  const holder = tool['function'];
  if (isObject(holder)) return readFunction(holder, `${at}.function`, at, findings);
  findings.badType(`${at}.function`, holder, 'an object with a name');
  return undefined;
}

function readFunction(holder: GivenObject, path: string, at: string, findings: Findings): ChatTool | undefined {
  const { name, description, strict } = holder;
  const parameters = readParameters(holder['parameters'], `${path}.parameters`, findings);
  for (const key in holder) {
    if (FUNCTION_FIELDS.has(key) || isAbsent(holder[key])) continue;
    findings.leftOut('unknown_field', `${path}.${key}`, `a function is not told ${shown(key)}: it is left out`);
  }
  if (!isAbsent(description) && typeof description !== 'string') findings.badType(`${path}.description`, description, 'a text');
  if (!isAbsent(strict) && typeof strict !== 'boolean') findings.badType(`${path}.strict`, strict, 'true or false');
  if (typeof name !== 'string') {
    findings.badType(`${path}.name`, name, 'a text');
    return undefined;
  }
  checkToolName(name, `${path}.name`, findings);
  if (parameters === undefined) return undefined;
  return {
    at,
    name,
    ...(typeof description === 'string' && description !== '' ? { description } : {}),
    parameters,
    ...(typeof strict === 'boolean' ? { strict } : {}),
  };
}

/** Also of a tool that was called: the model is told the call. */
export function checkToolName(name: string, path: string, findings: Findings): void {
  if (name.length <= MAX_NAME && isName(name)) return;
  const message = `${path} is ${shown(name)}; 1 to 64 of A to Z, a to z, 0 to 9, _ and - are needed`;
  findings.problem('bad_tool_name', path, message);
}

/** None are those of a function that takes nothing. Every model wants a schema whose type is said to be an object. */
function readParameters(given: Given, path: string, findings: Findings): JsonObject | undefined {
  if (isAbsent(given)) return { type: 'object', properties: {} };
  if (!isObject(given)) {
    findings.badType(path, given, 'a JSON schema of an object');
    return undefined;
  }
  if (isTooDeep(given)) {
    findings.problem('too_deep', path, `${path} is nested deeper than 100 levels`);
    return undefined;
  }
  const { type, properties, required } = given;
  if (properties !== undefined && !isObject(properties)) {
    findings.problem('bad_schema', `${path}.properties`, `${path}.properties is ${shown(properties)}; an object is needed`);
    return undefined;
  }
  if (required !== undefined && !(Array.isArray(required) && required.every((name) => typeof name === 'string'))) {
    findings.problem('bad_schema', `${path}.required`, `${path}.required is no list of names`);
    return undefined;
  }
  if (type === undefined) return { type: 'object', ...(given as JsonObject) };
  if (type === 'object') return given as JsonObject;
  findings.problem('bad_schema', `${path}.type`, `${path}.type is ${shown(type)}; parameters are an object, with type "object"`);
  return undefined;
}

/** The tools and the choice among them that go into a request. */
export interface ChosenTools {
  readonly tools?: readonly ChatTool[];
  readonly toolChoice?: ToolChoice;
}

/** Reads `tool_choice`, and OpenAI's deprecated `function_call`; allowed tools are those that are told at all. */
export function chooseTools(tools: readonly ChatTool[] | undefined, given: Given, path: string, findings: Findings): ChosenTools {
  if (isAbsent(given)) return tools === undefined ? {} : { tools };
  if (isObject(given) && given['type'] === 'allowed_tools') return chooseAllowed(tools, given, path, findings);
  const toolChoice = readChoice(given, path, findings);
  if (toolChoice === undefined) return tools === undefined ? {} : { tools };
  if (toolChoice.kind === 'any' && tools === undefined) {
    findings.problem('no_tools', path, `${path} asks for a tool, and there are none; give tools, or leave it out`);
  }
  if (toolChoice.kind === 'tool') checkNamed(tools, toolChoice.name, path, findings);
  return tools === undefined ? {} : { tools, toolChoice };
}

function readChoice(given: Given, path: string, findings: Findings): ToolChoice | undefined {
  if (given === 'auto' || given === 'none') return { kind: given };
  if (given === 'required') return { kind: 'any' };
  if (isObject(given)) {
    const isDeprecated = path === 'function_call';
    if (!isDeprecated && given['type'] !== 'function') {
      findings.problem(
        'bad_value',
        `${path}.type`,
        `${path}.type is ${shown(given['type'])}; function or allowed_tools is taken`,
      );
      return undefined;
    }
    const name = isObject(given['function']) ? given['function']['name'] : given['name'];
    if (typeof name === 'string') return { kind: 'tool', name };
    findings.badType(`${path}.name`, name, 'the name of a tool');
    return undefined;
  }
  findings.problem('bad_value', path, `${path} is ${shown(given)}; none, auto, required or an object that names a tool is taken`);
  return undefined;
}

/** `{type, allowed_tools:{mode, tools}}`, in responses `{type, mode, tools}`. */
function chooseAllowed(
  tools: readonly ChatTool[] | undefined,
  given: GivenObject,
  path: string,
  findings: Findings,
): ChosenTools {
  const holder = isObject(given['allowed_tools']) ? given['allowed_tools'] : given;
  const { mode, tools: allowed } = holder;
  if (mode !== 'auto' && mode !== 'required') {
    findings.problem('bad_value', `${path}.mode`, `${path}.mode is ${shown(mode)}; auto or required is taken`);
  }
  if (!Array.isArray(allowed)) {
    findings.badType(`${path}.tools`, allowed, 'a list of tools');
    return {};
  }
  const names = new Set<string>();
  for (const each of allowed) {
    const name = isObject(each) ? (isObject(each['function']) ? each['function']['name'] : each['name']) : undefined;
    if (typeof name !== 'string') findings.badType(`${path}.tools`, each, 'an object that names a tool, each,');
    else if (checkNamed(tools, name, path, findings)) names.add(name);
  }
  const rest = tools?.filter((each) => names.has(each.name)) ?? [];
  return rest.length === 0 ? {} : { tools: rest, toolChoice: { kind: mode === 'required' ? 'any' : 'auto' } };
}

function checkNamed(tools: readonly ChatTool[] | undefined, name: string, path: string, findings: Findings): boolean {
  if (tools?.some((each) => each.name === name)) return true;
  findings.problem('unknown_tool', path, `${path} names ${shown(name)}, which is not among the tools`);
  return false;
}

/** Models that are told of calls want the tools to be there: where a body leaves them out, those that were called. */
export function toolsOfHistory(called: ReadonlySet<string>, findings: Findings): ChosenTools {
  const message = 'the messages call tools that the body leaves out: they are told by name, and may not be called again';
  findings.changed('tools_of_history', 'messages', message);
  const tools = [...called].map((name): ChatTool => ({ at: 'messages', name, parameters: { type: 'object', properties: {} } }));
  return { tools, toolChoice: { kind: 'none' } };
}
