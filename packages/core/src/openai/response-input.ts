import type { TextBlock } from '../model/index.ts';
import { isBlank } from '../model/index.ts';
import type { Conversation } from './conversation.ts';
import { type Findings, type Given, type GivenObject, isAbsent, isObject, shown } from './findings.ts';
import { readCall, readMessage } from './messages.ts';
import { readParts } from './parts.ts';

/** Reads `input` of a response: a text, or a list of messages, calls and results. */
export function readInput(input: Given, conversation: Conversation, findings: Findings): void {
  if (typeof input === 'string') {
    if (!isBlank(input)) conversation.addUser({ kind: 'text', text: input });
    return;
  }
  if (!Array.isArray(input)) {
    findings.badType('input', input, 'a text or a list of items');
    return;
  }
  for (let i = 0; i < input.length; i++) readItem(input[i], i, conversation, findings);
}

function readItem(item: Given, i: number, conversation: Conversation, findings: Findings): void {
  if (!isObject(item) || isAbsent(item['type']) || item['type'] === 'message') {
    readMessage(item, 'input', i, conversation, findings);
    return;
  }
  const at = `input[${i}]`;
  switch (item['type']) {
    case 'function_call':
      readFunctionCall(item, at, conversation, findings);
      return;
    case 'function_call_output':
      readOutput(item, at, conversation, findings);
      return;
    case 'reasoning':
      findings.leftOut('reasoning_item', at, 'what another model thought is not told: it is left out');
      return;
    case 'item_reference':
      findings.problem('stored_state', at, `${at} refers to an item that is stored at OpenAI; give the item itself`);
      return;
    default: {
      const message = `${at}.type is ${shown(item['type'])}; message, function_call, function_call_output or reasoning is taken`;
      findings.problem('unknown_item', `${at}.type`, message);
    }
  }
}

function readFunctionCall(item: GivenObject, at: string, conversation: Conversation, findings: Findings): void {
  const id = item['call_id'];
  if (typeof id !== 'string' || id === '') findings.badType(`${at}.call_id`, id || undefined, 'the id of the call');
  else readCall(item, id, at, conversation, findings);
}

function readOutput(item: GivenObject, at: string, conversation: Conversation, findings: Findings): void {
  const id = item['call_id'];
  const { output } = item;
  if (typeof id !== 'string') {
    findings.badType(`${at}.call_id`, id, 'the id of the call');
    return;
  }
  if (typeof output === 'string') {
    conversation.addResult(id, isBlank(output) ? [] : [{ kind: 'text', text: output }], at);
    return;
  }
  if (!Array.isArray(output)) {
    findings.badType(`${at}.output`, output, 'a text or a list of parts');
    return;
  }
  const parts = readParts(output, `${at}.output`, 'user', findings).filter((each) => each.kind !== 'refusal');
  conversation.addResult(id, parts as readonly TextBlock[], at);
}
