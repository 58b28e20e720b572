import type { ChatRequest, ReasoningEffort, UnsupportedSink } from './chat.ts';
import type { ModelTraits } from './family.ts';
import type { JsonObject } from './json.ts';
import { hasPrefill } from './prefill.ts';
import { hasToolTurns } from './tool-use.ts';
import { changed, leftOut } from './unsupported.ts';

/** How Claude is told to think. */
export interface ThinkingPlan {
  readonly thinking?: JsonObject;
  /** `output_config.effort`. */
  readonly effort?: string;
  /** Tools cannot be forced and nothing can be sampled while it thinks. */
  readonly isThinking: boolean;
  /** Tokens of an answer when the request sets no limit. */
  readonly maxTokens: number;
}

/**
 * Tokens of an answer when a chat request sets no limit, which Claude demands: what its oldest model gives at most (Claude 3,
 * 4,096). Thinking comes on top.
 */
const ANSWER_TOKENS = 4_096;
const ADAPTIVE_TOKENS = 16_384;
/** Anthropic, Extended thinking, 2026-11: 1,024 is the least, and `max_tokens` has to be more. */
const LEAST_BUDGET = 1_024;
/** Ours: together with an answer they stay below the smallest limit of a model that thinks, 32,000 (Claude Opus 4). */
const BUDGETS: Readonly<Record<Exclude<ReasoningEffort, 'none'>, number>> = {
  minimal: LEAST_BUDGET,
  low: 2_048,
  medium: 8_192,
  high: 16_384,
  xhigh: 24_576,
};
const NOT_THINKING: ThinkingPlan = { isThinking: false, maxTokens: ANSWER_TOKENS };

/** What becomes of the request's `reasoning`; `forcesTool`: a tool has to be called, which thinking forbids. */
export function planThinking(
  request: ChatRequest,
  traits: ModelTraits,
  forcesTool: boolean,
  sink: UnsupportedSink,
): ThinkingPlan {
  const { reasoning } = request;
  const { thinking = 'adaptive', thinksByItself } = traits;
  if (reasoning === undefined) {
    if (!thinksByItself) return NOT_THINKING;
    return forcesTool ? disabled : { isThinking: true, maxTokens: ADAPTIVE_TOKENS };
  }
  if (reasoning === 'none') return thinking === 'adaptive' ? disabled : NOT_THINKING;
  if (thinking === 'none') {
    leftOut(sink, 'reasoning_not_supported', 'reasoning_effort', 'reasoning_effort is left out: this model does not think');
    return NOT_THINKING;
  }
  return thinking === 'adaptive' ? adaptive(reasoning, sink) : budgeted(request, reasoning, sink);
}

const disabled: ThinkingPlan = { ...NOT_THINKING, thinking: { type: 'disabled' } };

/** Anthropic, Adaptive thinking and Effort, 2026-11: the model finds the budget itself. */
function adaptive(reasoning: Exclude<ReasoningEffort, 'none'>, sink: UnsupportedSink): ThinkingPlan {
  const effort = reasoning === 'minimal' ? 'low' : reasoning === 'xhigh' ? 'high' : reasoning;
  if (effort !== reasoning) {
    changed(sink, 'reasoning_effort_changed', 'reasoning_effort', `reasoning_effort ${reasoning} is sent as ${effort}`);
  }
  return { thinking: { type: 'adaptive' }, effort, isThinking: true, maxTokens: ADAPTIVE_TOKENS };
}

function budgeted(request: ChatRequest, reasoning: Exclude<ReasoningEffort, 'none'>, sink: UnsupportedSink): ThinkingPlan {
  const { maxTokens, turns } = request;
  const wanted = BUDGETS[reasoning];
  // a fifth at least is kept for the answer
  const budget = maxTokens === undefined ? wanted : Math.min(wanted, Math.floor(maxTokens * 0.8));
  const obstacle =
    budget < LEAST_BUDGET
      ? `its ${maxTokens} tokens are too few for thinking`
      : hasPrefill(turns)
        ? 'the beginning of an answer is given'
        : // the thoughts behind the calls would have to be sent with them, and the request does not hold them
          hasToolTurns(request)
          ? 'the conversation has calls of tools without the thoughts behind them'
          : undefined;
  if (obstacle === undefined) {
    return { thinking: { type: 'enabled', budget_tokens: budget }, isThinking: true, maxTokens: wanted + ANSWER_TOKENS };
  }
  leftOut(sink, 'reasoning_not_supported', 'reasoning_effort', `reasoning_effort is left out: ${obstacle}`);
  return NOT_THINKING;
}
