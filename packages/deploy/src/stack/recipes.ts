import { orchestrator } from './orchestrator.ts';
import { queue } from './queue.ts';
import type { StackRecipe } from './recipe.ts';
import type { StackKind } from './request.ts';

/** How each kind of stack is made. */
export const STACK_RECIPES: Readonly<Record<StackKind, StackRecipe>> = { orchestrator, queue };
