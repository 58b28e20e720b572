import type { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** All fragments of one construct tree, in the order in which they were made. */
const fragmentsOf = new WeakMap<IConstruct, StateNames[]>();

/**
 * The names that one fragment's states have in their state machine.
 *
 * Names must be unique in a whole machine, and which fragments share one is known only when it is rendered: a graph joins
 * its super-graph late. So states register in their graphs under placeholders, and a later fragment whose names are taken
 * gets its id as a prefix by itself.
 */
export class StateNames {
  private readonly fragment: IConstruct;
  private readonly plainName: () => string;
  private graph?: sfn.StateGraph;
  private registering = false;

  /** `plainName` gives the name of the fragment's first state, with the prefixes that its user asked for. */
  public constructor(fragment: IConstruct, plainName: () => string) {
    this.fragment = fragment;
    this.plainName = plainName;
    const all = fragmentsOf.get(fragment.node.root) ?? [];
    all.push(this);
    fragmentsOf.set(fragment.node.root, all);
  }

  /** Registers a state in a graph without taking its name there. */
  public register(graph: sfn.StateGraph, register: () => void): void {
    this.graph ??= graph;
    this.registering = true;
    try {
      register();
    } finally {
      this.registering = false;
    }
  }

  /** The name that a state has in its machine. */
  public of(plainName: string): string {
    return this.registering ? `${plainName} of ${this.fragment.node.addr}` : `${this.prefix()}${plainName}`;
  }

  /** Throws when a state of the user's own, in the same machine, has a name of this fragment. */
  public refuseTaken(name: string): void {
    if (this.graph === undefined || !namesIn(rootOf(this.graph)).has(name)) return;
    throw new Error(
      `${this.fragment.node.path}: another state of the same state machine is called '${name}' already; ` +
        'rename that state, or call prefixStates() on this fragment',
    );
  }

  private prefix(): string {
    const taken = this.takenBefore();
    const id = this.fragment.node.id;
    const candidates = ['', `${id}: `, `${id} ${this.fragment.node.addr.slice(-8)}: `];
    return candidates.find((prefix) => !taken.has(`${prefix}${this.plainName()}`)) ?? '';
  }

  private takenBefore(): Set<string> {
    const taken = new Set<string>();
    if (this.graph === undefined) return taken;
    const root = rootOf(this.graph);
    for (const other of fragmentsOf.get(this.fragment.node.root) ?? []) {
      if (other === this) break;
      if (other.graph !== undefined && rootOf(other.graph) === root) taken.add(`${other.prefix()}${other.plainName()}`);
    }
    return taken;
  }
}

// The CDK keeps both to itself; without them a fragment is named as if it were alone, and two of them need prefixStates().
interface GraphInternals {
  readonly superGraph?: sfn.StateGraph;
  readonly allContainedStates?: ReadonlyMap<string, unknown>;
}

function rootOf(graph: sfn.StateGraph): sfn.StateGraph {
  let root = graph;
  for (let above = internalsOf(root).superGraph; above !== undefined; above = internalsOf(root).superGraph) root = above;
  return root;
}

function namesIn(graph: sfn.StateGraph): ReadonlyMap<string, unknown> {
  return internalsOf(graph).allContainedStates ?? new Map<string, unknown>();
}

function internalsOf(graph: sfn.StateGraph): GraphInternals {
  return graph as unknown as GraphInternals;
}
