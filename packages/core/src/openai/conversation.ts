import type { AssistantBlock, CachePoint, JsonObject, SystemBlock, ToolResultBlock, Turn, UserBlock } from '../model/index.ts';
import { isBlank } from '../model/index.ts';
import { type Findings, shown } from './findings.ts';

/** A call that an assistant's turn made. */
interface OpenCall {
  /** As the user has it. */
  readonly given: string;
  /** As the model is told. */
  readonly id: string;
  readonly name: string;
  readonly at: string;
  answered: boolean;
}

type OpenTurn = { role: 'user'; content: UserBlock[] } | { role: 'assistant'; content: AssistantBlock[] };

/** Longest id of a call that every service takes (Converse 64, 2026-11); Anthropic's are of letters, digits, `_` and `-`. */
const MAX_ID = 64;

/** Stands for a user's turn where there is none and a model wants one. */
const FILLER = '.';

/**
 * Brings messages into the shape of `ChatRequest`: turns that alternate, instructions apart, each call answered in the turn right
 * behind it.
 */
export class Conversation {
  readonly #findings: Findings;
  readonly #turns: OpenTurn[] = [];
  readonly #system: SystemBlock[] = [];
  /** The last of the turns. */
  #last: OpenTurn | undefined;
  /** Calls of the last assistant's turn. */
  #calls: OpenCall[] | undefined;
  #ids: Set<string> | undefined;
  /** Tools that the conversation calls. */
  #called: Set<string> | undefined;

  constructor(findings: Findings) {
    this.#findings = findings;
  }

  /** True when a turn has begun: instructions come late. */
  get isBegun(): boolean {
    return this.#turns.length > 0;
  }

  /** Names of the tools that the assistant has called. */
  get called(): ReadonlySet<string> | undefined {
    return this.#called;
  }

  /** `path` may be left out while nothing is begun. */
  addSystem(text: string, path: string | undefined, cache?: CachePoint): void {
    if (isBlank(text)) return;
    if (this.#turns.length > 0 && path !== undefined) {
      this.#findings.changed('late_instructions', path, 'instructions behind the first turn are told before all turns');
    }
    this.#system.push(cache === undefined ? { text } : { text, cache });
  }

  addUser(block: UserBlock): void {
    const last = this.#last;
    if (last !== undefined && last.role === 'user') {
      if (this.#calls !== undefined) this.#closeCalls();
      last.content.push(block);
      return;
    }
    if (this.#calls !== undefined) this.#closeCalls();
    this.#turns.push((this.#last = { role: 'user', content: [block] }));
  }

  /** A text of the assistant stands before the calls of its turn. */
  addAssistantText(text: string, cache?: CachePoint): void {
    const { content } = this.#assistant();
    const block: AssistantBlock = cache === undefined ? { kind: 'text', text } : { kind: 'text', text, cache };
    const at = this.#calls === undefined ? -1 : content.findIndex((each) => each.kind === 'tool-use');
    if (at < 0) content.push(block);
    else content.splice(at, 0, block);
  }

  addCall(call: { readonly id: string; readonly name: string; readonly input: JsonObject; readonly at: string }): void {
    const { content } = this.#assistant();
    const id = this.#freeId(call.id);
    (this.#called ??= new Set()).add(call.name);
    (this.#calls ??= []).push({ given: call.id, id, name: call.name, at: call.at, answered: false });
    content.push({ kind: 'tool-use', at: call.at, id, name: call.name, input: call.input });
  }

  /** The id that OpenAI's deprecated `function` messages leave out: the first call of that name that is open. */
  openCallNamed(name: string): string | undefined {
    return this.#calls?.find((each) => each.name === name && !each.answered)?.given;
  }

  addResult(given: string, content: ToolResultBlock['content'], at: string, isError?: boolean): void {
    const call = this.#calls?.find((each) => each.given === given && !each.answered);
    if (call === undefined) {
      const message = `no call just before has the id ${shown(given)}, or it is answered; a result stands right behind its call`;
      this.#findings.problem('unknown_tool_call', at, message);
      return;
    }
    call.answered = true;
    const block: ToolResultBlock = { kind: 'tool-result', at, id: call.id, content, ...(isError ? { isError } : {}) };
    if (this.#last?.role === 'user') this.#last.content.push(block);
    else this.#turns.push((this.#last = { role: 'user', content: [block] }));
  }

  /** Ends the conversation: at least one turn, the first of them the user's. Undefined, and a problem, where nothing is said. */
  finish(path: string): { readonly system?: readonly SystemBlock[]; readonly turns: readonly Turn[] } | undefined {
    if (this.#calls !== undefined) this.#closeCalls();
    if (this.#last?.role === 'assistant') this.#trimLast(this.#last.content);
    const turns = this.#turns;
    if (turns.length === 0 && this.#system.length === 0) {
      if (this.#findings.problems.length === 0) {
        this.#findings.problem('no_messages', path, `${path} has no text to answer; give one message with a text at least`);
      }
      return undefined;
    }
    if (turns.length === 0) {
      this.#findings.changed('instructions_as_turn', path, 'instructions alone are told as a turn of the user');
      return { turns: [{ role: 'user', content: this.#system.map((each) => ({ kind: 'text', ...each })) }] };
    }
    if (turns[0]!.role === 'assistant') {
      const message = `the first turn is the assistant's: a turn of the user, ${shown(FILLER)}, is set before it`;
      this.#findings.changed('first_turn_added', path, message);
      turns.unshift({ role: 'user', content: [{ kind: 'text', text: FILLER }] });
    }
    return this.#system.length === 0 ? { turns } : { system: this.#system, turns };
  }

  #assistant(): OpenTurn & { role: 'assistant' } {
    const last = this.#last;
    if (last?.role === 'assistant') return last;
    if (this.#calls !== undefined) this.#closeCalls();
    this.#calls = undefined;
    const turn: OpenTurn & { role: 'assistant' } = { role: 'assistant', content: [] };
    this.#turns.push((this.#last = turn));
    return turn;
  }

  /** No more results may come for the calls of the last turn. */
  #closeCalls(): void {
    for (const call of this.#calls ?? []) {
      if (call.answered) continue;
      const message = `the call ${shown(call.given)} of ${shown(call.name)} has no result in the messages right behind it`;
      this.#findings.problem('unanswered_tool_call', call.at, message);
    }
    this.#calls = undefined;
  }

  /** Ids only link a call and its result: one that a service does not take, or that came before, is replaced. */
  #freeId(given: string): string {
    this.#ids ??= new Set();
    let id = isCallId(given) ? given : `call_${this.#ids.size}`;
    for (let next = this.#ids.size; this.#ids.has(id); next++) id = `call_${next}`;
    this.#ids.add(id);
    return id;
  }

  /** The model goes on where a last turn of the assistant ends; services refuse one that ends in white space. */
  #trimLast(content: AssistantBlock[]): void {
    const block = content.at(-1);
    if (block?.kind !== 'text') return;
    const text = block.text.trimEnd();
    if (text.length !== block.text.length) content[content.length - 1] = { ...block, text };
  }
}

function isCallId(id: string): boolean {
  return id.length <= MAX_ID && isName(id);
}

/** True for letters, digits, `_` and `-`, one at least. */
export function isName(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const isAlphanumeric = (code >= 0x30 && code <= 0x39) || ((code | 0x20) >= 0x61 && (code | 0x20) <= 0x7a);
    if (!isAlphanumeric && code !== 0x5f && code !== 0x2d) return false;
  }
  return text.length > 0;
}
