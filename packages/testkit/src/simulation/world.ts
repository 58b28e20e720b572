import { type DenialPlan, drawDenials } from './denial-world.ts';
import { drawnFate, type Fate, keptFate, Places } from './fate.ts';
import { calm, drawFaults, type FaultPlan } from './faults.ts';
import { createRng, type Rng } from './random.ts';
import { drawRegions, type RegionPlan } from './region-world.ts';
import { Scheduler } from './scheduler.ts';
import { drawTail, type TailPlan } from './tail-world.ts';
import { Trace } from './trace.ts';

/** Who works on the runs of a world: command lines, handlers of events in sandboxes, or both. */
export type Shape = 'command-line' | 'handlers' | 'both';

/** How a world may differ from what its seed draws. */
export interface WorldOptions {
  readonly wholeStory?: boolean;
  /** Changes the plan of faults that was drawn. */
  readonly adjust?: (plan: FaultPlan) => FaultPlan;
  /** The same for a tail on demand, where one was drawn. */
  readonly adjustTail?: (plan: TailPlan) => TailPlan;
  /** The first Region alone, where others were drawn. */
  readonly oneRegion?: boolean;
  /** All permissions are there, where some were missing. */
  readonly allPermitted?: boolean;
  /** Only these faults strike, of those that the seed may have. */
  readonly faults?: readonly string[];
  readonly shape?: Shape;
  /** No processes beside those that own the runs. */
  readonly alone?: boolean;
  /** Says itself which faults strike. */
  readonly fate?: Fate;
}

/** What may crash. */
interface Mortal {
  readonly running: boolean;
  crash(why: string): void;
}

/** What everything in one simulated world shares: time, chance, the faults in force and the story. */
export class World {
  readonly seed: number;
  readonly scheduler = new Scheduler();
  readonly rng: Rng;
  readonly trace: Trace;
  /** Says which faults strike. */
  readonly fate: Fate;
  readonly places = new Places();
  /** How bad this world is while faults are on. */
  readonly plan: FaultPlan;
  /** The faults in force now. */
  faults: FaultPlan;
  /** How the tails of its runs go on demand; undefined where they do not. */
  readonly tail: TailPlan | undefined;
  /** The Regions beside the first one. */
  readonly regions: readonly RegionPlan[];
  /** How permissions are missing; undefined where none is. */
  readonly denials: DenialPlan | undefined;
  isCalm = false;
  /** Every process that was ever booted. */
  readonly processes = new Set<Mortal>();
  /** Called now and then just when a Create has been sent, for what a user might do in that moment. */
  onCreateUnderWay: (() => void) | undefined;

  constructor(seed: number, options: WorldOptions = {}) {
    this.seed = seed;
    this.rng = createRng(seed);
    this.fate = options.fate ?? (options.faults === undefined ? drawnFate(seed) : keptFate(seed, options.faults));
    this.trace = new Trace(seed, () => this.scheduler.now, options.wholeStory ?? false);
    const drawn = drawFaults(this.rng.fork('faults'));
    this.plan = options.adjust === undefined ? drawn : options.adjust(drawn);
    this.faults = this.plan;
    this.regions = options.oneRegion === true ? [] : drawRegions(seed, this.rng.fork('regions'));
    this.denials = options.allPermitted === true ? undefined : drawDenials(seed, this.rng.fork('denials'));
    const tail = drawTail(seed, this.rng.fork('tail'));
    this.tail = tail && (options.adjustTail?.(tail) ?? tail);
  }

  /** Ends the first phase: from here on what is drawn goes well, and everything must converge. */
  calmDown(): void {
    this.isCalm = true;
    this.faults = calm(this.plan);
    this.trace.note('world', 'faults end');
  }

  /** Calls `act` again and again, `perHour` times an hour on average, until faults end. Each time is a fault of its own. */
  often(perHour: number, label: string, act: (rng: Rng) => void): void {
    if (perHour <= 0) return;
    const rng = this.rng.fork(label);
    const next = (): void => {
      const waitMs = (-Math.log(1 - rng.next()) * 3_600_000) / perHour;
      this.scheduler.after(waitMs, () => {
        if (this.isCalm) return;
        const place = this.places.next('world', label);
        if (this.fate.strikes('happens', 1, place)) act(this.fate.details('happens', place));
        next();
      });
    };
    next();
  }
}
