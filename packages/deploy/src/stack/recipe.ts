import type { App, Stack, StackProps } from 'aws-cdk-lib';
import type { Constructs } from './constructs.ts';
import type { ValueReader } from './values.ts';

/** What a recipe makes its stack of. */
export interface Ingredients {
  readonly constructs: Constructs;
  readonly app: App;
  /** A stack that nobody deploys: the scope of what exists already and is only named. */
  readonly imports: Stack;
  readonly name: string;
  readonly stackProps: StackProps;
  readonly values: ValueReader;
}

/** How a kind of stack is made. */
export interface StackRecipe {
  /** Its name where nobody gives another. */
  readonly stackName: string;
  readonly description: string;
  /** Properties that a template asks its user for, and a deployment has to be told, by the option that tells them. */
  readonly neededToDeploy: Readonly<Record<string, string>>;
  build(ingredients: Ingredients): Stack;
}
