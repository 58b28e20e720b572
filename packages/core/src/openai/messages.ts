import type { JsonObject, TextBlock, UserBlock } from '../model/index.ts';
import { isBlank } from '../model/index.ts';
import type { Conversation } from './conversation.ts';
import { type Findings, type Given, type GivenObject, isAbsent, isObject, shown } from './findings.ts';
import { cacheOf, type PartKinds, type ReadPart, readParts } from './parts.ts';
import { readArguments } from './tool-arguments.ts';
import { checkToolName } from './tools.ts';

/** Fields that a message of any role may have. Those from `annotations` on say nothing in a request. */
const SHARED_FIELDS = ['role', 'content', 'name', 'cache_control', 'annotations', 'type', 'id', 'status', 'phase'] as const;
const PLAIN_FIELDS: ReadonlySet<string> = new Set(SHARED_FIELDS);
const FIELDS_BY_ROLE: ReadonlyMap<unknown, ReadonlySet<string>> = new Map([
  ['assistant', new Set([...SHARED_FIELDS, 'refusal', 'tool_calls', 'function_call', 'audio'])],
  ['tool', new Set([...SHARED_FIELDS, 'tool_call_id'])],
]);

/** Reads `messages` of a chat completion into the conversation. */
export function readMessages(messages: Given, conversation: Conversation, findings: Findings): void {
  if (!Array.isArray(messages)) {
    findings.badType('messages', messages, 'a list of messages');
    return;
  }
  for (let i = 0; i < messages.length; i++) readMessage(messages[i], 'messages', i, conversation, findings);
}

/** Reads the message `list[i]`. */
export function readMessage(message: Given, list: string, i: number, conversation: Conversation, findings: Findings): void {
  if (!isObject(message)) {
    findings.badType(`${list}[${i}]`, message, 'a message, an object with a role');
    return;
  }
  switch (message['role']) {
    case 'system':
    case 'developer':
      readSystem(message, list, i, conversation, findings);
      break;
    case 'user':
      readUser(message, list, i, conversation, findings);
      break;
    case 'assistant':
      readAssistant(message, list, i, conversation, findings);
      break;
    case 'tool':
    case 'function':
      readToolResult(message, `${list}[${i}]`, conversation, findings);
      break;
    default:
      unknownRole(message['role'], `${list}[${i}].role`, findings);
  }
  const fields = FIELDS_BY_ROLE.get(message['role']) ?? PLAIN_FIELDS;
  for (const key in message) {
    if (!fields.has(key) || key === 'name') leftOutField(message, key, `${list}[${i}]`, findings);
  }
}

function unknownRole(role: Given, path: string, findings: Findings): void {
  if (isAbsent(role)) findings.badType(path, role, 'a role');
  else findings.problem('unknown_role', path, `${path} is ${shown(role)}; system, developer, user, assistant or tool is taken`);
}

/** What a message says that no model is told. */
function leftOutField(message: GivenObject, key: string, at: string, findings: Findings): void {
  if (isAbsent(message[key])) return;
  // the name of a function is how its message finds its call
  if (key === 'name' && message['role'] !== 'function') {
    findings.leftOut('message_name', `${at}.name`, 'models are not told the name of who says a message: it is left out');
  } else if (key !== 'name') {
    findings.leftOut('unknown_field', `${at}.${key}`, `a message has no field ${shown(key)}: it is left out`);
  }
}

function readSystem(message: GivenObject, list: string, i: number, conversation: Conversation, findings: Findings): void {
  const { content } = message;
  if (typeof content === 'string' && isAbsent(message['cache_control'])) {
    conversation.addSystem(content, conversation.isBegun ? `${list}[${i}]` : undefined);
    return;
  }
  const at = `${list}[${i}]`;
  for (const part of partsOf(message, at, 'text', findings)) {
    if (part.kind === 'text') conversation.addSystem(part.text, at, part.cache);
  }
}

function readUser(message: GivenObject, list: string, i: number, conversation: Conversation, findings: Findings): void {
  const { content } = message;
  if (typeof content === 'string' && isAbsent(message['cache_control']) && !isBlank(content)) {
    conversation.addUser({ kind: 'text', text: content });
    return;
  }
  const at = `${list}[${i}]`;
  const before = findings.problems.length;
  const parts = partsOf(message, at, 'user', findings);
  for (const part of parts) if (part.kind !== 'refusal') conversation.addUser(part as UserBlock);
  if (parts.length === 0 && findings.problems.length === before) emptyTurn(at, findings);
}

function readAssistant(message: GivenObject, list: string, i: number, conversation: Conversation, findings: Findings): void {
  const { content } = message;
  const calls = message['tool_calls'];
  const hasCalls = (!isAbsent(calls) && !(Array.isArray(calls) && calls.length === 0)) || !isAbsent(message['function_call']);
  const isPlain = isAbsent(message['cache_control']) && isAbsent(message['refusal']);
  if (typeof content === 'string' && isPlain && !isBlank(content)) {
    conversation.addAssistantText(content);
  } else {
    const before = findings.problems.length;
    const said = saidByAssistant(message, `${list}[${i}]`, conversation, findings);
    if (!said && !hasCalls && findings.problems.length === before) emptyTurn(`${list}[${i}]`, findings);
  }
  if (!isAbsent(message['audio'])) {
    const message = 'a sound that the assistant said stands at OpenAI and cannot be told: it is left out';
    findings.leftOut('assistant_audio', `${list}[${i}].audio`, message);
  }
  if (hasCalls) readCalls(message, `${list}[${i}]`, i, conversation, findings);
}

/** True when there was a text in it. A refusal is told as the text that it is. */
function saidByAssistant(message: GivenObject, at: string, conversation: Conversation, findings: Findings): boolean {
  let said = false;
  const parts = isAbsent(message['content']) ? [] : partsOf(message, at, 'assistant', findings);
  const { refusal } = message;
  if (!isAbsent(refusal) && typeof refusal !== 'string') findings.badType(`${at}.refusal`, refusal, 'a text');
  const spoken: readonly ReadPart[] =
    typeof refusal === 'string' && !isBlank(refusal) ? [...parts, { kind: 'refusal', text: refusal }] : parts;
  for (const part of spoken) {
    if (part.kind !== 'text' && part.kind !== 'refusal') continue;
    if (part.kind === 'refusal') findings.changed('refusal_as_text', at, 'what the assistant refused with is told as its text');
    conversation.addAssistantText(part.text, part.kind === 'text' ? part.cache : undefined);
    said = true;
  }
  return said;
}

/** The parts of a content; a text is a content of one. A message's own `cache_control` is that of its last part. */
function partsOf(message: GivenObject, at: string, kinds: PartKinds, findings: Findings): readonly ReadPart[] {
  const { content } = message;
  let parts: readonly ReadPart[] = [];
  if (Array.isArray(content)) parts = readParts(content, `${at}.content`, kinds, findings);
  else if (typeof content === 'string') parts = isBlank(content) ? [] : [{ kind: 'text', text: content }];
  else findings.badType(`${at}.content`, content, 'a text or a list of parts');
  const last = parts.at(-1);
  if (isAbsent(message['cache_control']) || last === undefined || last.kind === 'refusal') return parts;
  const cache = cacheOf(message, at, findings);
  return cache === undefined ? parts : [...parts.slice(0, -1), { ...last, cache }];
}

function emptyTurn(at: string, findings: Findings): void {
  findings.changed('empty_message', at, 'a message with no text in it is left out: models refuse an empty one');
}

function readCalls(message: GivenObject, at: string, i: number, conversation: Conversation, findings: Findings): void {
  const deprecated = message['function_call'];
  if (isObject(deprecated)) readCall(deprecated, `function_${i}`, `${at}.function_call`, conversation, findings);
  else if (!isAbsent(deprecated)) findings.badType(`${at}.function_call`, deprecated, 'an object with name and arguments');
  const calls = message['tool_calls'];
  if (isAbsent(calls)) return;
  if (!Array.isArray(calls)) {
    findings.badType(`${at}.tool_calls`, calls, 'a list of calls');
    return;
  }
  for (let k = 0; k < calls.length; k++) {
    const path = `${at}.tool_calls[${k}]`;
    const call: Given = calls[k];
    if (!isObject(call)) findings.badType(path, call, 'an object with id and function');
    else if (!isAbsent(call['type']) && call['type'] !== 'function') {
      findings.problem('hosted_tool', `${path}.type`, `${path}.type is ${shown(call['type'])}; function is taken`);
    } else if (!isObject(call['function']))
      findings.badType(`${path}.function`, call['function'], 'an object with name and arguments');
    else if (typeof call['id'] !== 'string' || call['id'] === '')
      findings.badType(`${path}.id`, call['id'] || undefined, 'a text');
    else readCall(call['function'], call['id'], `${path}.function`, conversation, findings, path);
  }
}

/** `holder` has `name` and `arguments`. */
export function readCall(
  holder: GivenObject,
  id: string,
  path: string,
  conversation: Conversation,
  findings: Findings,
  at = path,
): void {
  const { name } = holder;
  if (typeof name !== 'string' || name === '') {
    findings.badType(`${path}.name`, name || undefined, 'the name of a tool');
    return;
  }
  checkToolName(name, `${path}.name`, findings);
  const input: JsonObject | undefined = readArguments(holder['arguments'], `${path}.arguments`, findings);
  if (input !== undefined) conversation.addCall({ id, name, input, at });
}

function readToolResult(message: GivenObject, at: string, conversation: Conversation, findings: Findings): void {
  const id = message['role'] === 'function' ? functionCallId(message, at, conversation, findings) : message['tool_call_id'];
  const isFunction = message['role'] === 'function';
  if (typeof id !== 'string') {
    if (!isFunction) findings.badType(`${at}.tool_call_id`, id, 'the id of the call');
    return;
  }
  const parts = isFunction && isAbsent(message['content']) ? [] : partsOf(message, at, 'text', findings);
  conversation.addResult(id, parts as readonly TextBlock[], at);
}

function functionCallId(message: GivenObject, at: string, conversation: Conversation, findings: Findings): string | undefined {
  const { name } = message;
  if (typeof name !== 'string') {
    findings.badType(`${at}.name`, name, 'the name of the function');
    return undefined;
  }
  const id = conversation.openCallNamed(name);
  if (id === undefined) {
    findings.problem(
      'unknown_tool_call',
      at,
      `no call of ${shown(name)} just before is open; a result stands right behind its call`,
    );
  }
  return id;
}
