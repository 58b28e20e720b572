import type { ChatRequest, ChatTool } from '../model/index.ts';
import { isBlank } from '../model/index.ts';
import { Conversation } from './conversation.ts';
import { type ChatDraft, readFields } from './field-rules.ts';
import { CHAT_FIELDS, COMPLETION_FIELDS, RESPONSE_FIELDS } from './fields.ts';
import { type Findings, type Given, type GivenObject, isAbsent } from './findings.ts';
import { MAX_REQUESTS_OF_LINE } from './line.ts';
import { readMessages } from './messages.ts';
import { readInput } from './response-input.ts';
import { chooseTools, readTools, toolsOfHistory } from './tools.ts';

/** Reads the body of a chat completion. Meaningless where there are problems. */
export function readChatBody(body: GivenObject, findings: Findings): readonly ChatRequest[] {
  const conversation = new Conversation(findings);
  readMessages(body['messages'], conversation, findings);
  const draft: ChatDraft = {};
  readFields(body, CHAT_FIELDS, draft, findings);
  const isDeprecated = isAbsent(body['tools']) && !isAbsent(body['functions']);
  const tools = isDeprecated
    ? readTools(body['functions'], 'functions', 'function', findings)
    : readTools(body['tools'], 'tools', 'nested', findings);
  const choice = isAbsent(body['tool_choice']) && !isAbsent(body['function_call']) ? 'function_call' : 'tool_choice';
  return fanOut(
    [finish(conversation, 'messages', draft, { tools, choice: body[choice], path: choice }, findings)],
    draft.n,
    findings,
  );
}

/** Reads the body of a response. */
export function readResponseBody(body: GivenObject, findings: Findings): readonly ChatRequest[] {
  const conversation = new Conversation(findings);
  const { instructions } = body;
  if (typeof instructions === 'string') conversation.addSystem(instructions, undefined);
  else if (!isAbsent(instructions)) findings.badType('instructions', instructions, 'a text');
  readInput(body['input'], conversation, findings);
  const draft: ChatDraft = {};
  readFields(body, RESPONSE_FIELDS, draft, findings);
  const tools = readTools(body['tools'], 'tools', 'flat', findings);
  const chosen = { tools, choice: body['tool_choice'], path: 'tool_choice' };
  return [finish(conversation, 'input', draft, chosen, findings)];
}

/** Reads the body of a completion: each prompt is the turn of a user. */
export function readCompletionBody(body: GivenObject, findings: Findings): readonly ChatRequest[] {
  const { prompt } = body;
  const draft: ChatDraft = {};
  readFields(body, COMPLETION_FIELDS, draft, findings);
  const prompts: readonly Given[] = Array.isArray(prompt) ? prompt : [prompt];
  if (prompts.length === 0) findings.problem('no_messages', 'prompt', 'prompt is an empty list; give a text at least');
  const requests: ChatRequest[] = [];
  for (let i = 0; i < prompts.length; i++) {
    const text = prompts[i];
    const path = Array.isArray(prompt) ? `prompt[${i}]` : 'prompt';
    if (typeof text === 'number' || Array.isArray(text)) {
      findings.problem('token_input', path, `${path} is tokens; give the text`);
      break;
    }
    if (typeof text !== 'string') findings.badType(path, text, 'a text');
    else if (isBlank(text)) findings.problem('no_messages', path, `${path} has no text to answer`);
    else requests.push(chatRequest({ turns: [{ role: 'user', content: [{ kind: 'text', text }] }] }, draft));
  }
  return fanOut(requests, draft.n, findings);
}

interface GivenTools {
  readonly tools: readonly ChatTool[] | undefined;
  readonly choice: Given;
  readonly path: string;
}

function finish(conversation: Conversation, path: string, draft: ChatDraft, given: GivenTools, findings: Findings): ChatRequest {
  const said = conversation.finish(path) ?? { turns: [] };
  const request = chatRequest(said, draft);
  let chosen = chooseTools(given.tools, given.choice, given.path, findings);
  if (chosen.tools === undefined && conversation.called !== undefined) chosen = toolsOfHistory(conversation.called, findings);
  if (chosen.tools === undefined) return request;
  const { parallelToolCalls } = draft;
  return { ...request, ...chosen, ...(parallelToolCalls === undefined ? {} : { parallelToolCalls }) };
}

/** Only what was said: a field that is absent is no field. */
function chatRequest(said: Pick<ChatRequest, 'system' | 'turns'>, draft: ChatDraft): ChatRequest {
  const request: { -readonly [K in keyof ChatRequest]: ChatRequest[K] } = { turns: said.turns };
  if (said.system !== undefined) request.system = said.system;
  if (draft.maxTokens !== undefined) request.maxTokens = draft.maxTokens;
  if (draft.temperature !== undefined) request.temperature = draft.temperature;
  if (draft.topP !== undefined) request.topP = draft.topP;
  if (draft.topK !== undefined) request.topK = draft.topK;
  if (draft.stop !== undefined) request.stop = draft.stop;
  if (draft.format !== undefined) request.format = draft.format;
  if (draft.reasoning !== undefined) request.reasoning = draft.reasoning;
  if (draft.user !== undefined) request.user = draft.user;
  if (draft.metadata !== undefined) request.metadata = draft.metadata;
  if (draft.extras !== undefined) request.extras = draft.extras;
  return request;
}

/** `n` answers to each request, those of one request side by side. */
function fanOut(requests: readonly ChatRequest[], n: number | undefined, findings: Findings): readonly ChatRequest[] {
  const count = requests.length * (n ?? 1);
  if (count > MAX_REQUESTS_OF_LINE) {
    const message = `the line asks for ${count} answers; ${MAX_REQUESTS_OF_LINE} are taken at most, give the rest in lines of their own`;
    findings.problem('too_many_requests', 'n', message);
    return requests;
  }
  if (n === undefined || n === 1) return requests;
  return requests.flatMap((each) => new Array<ChatRequest>(n).fill(each));
}

/** True for a body whose requests have tools in them, which Converse refuses in a batch (User Guide, 2026-11). */
export function hasTools(request: ChatRequest): boolean {
  return request.tools !== undefined;
}
