import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { BatchOrchestrator } from '../batch-orchestrator';
import { flat, resourcesOf, statementsOf, testApp } from '../testing/synthesis';
import { BatchLedger, BatchLedgerStack } from '.';

const ledgerTables = (stack: Stack) => Object.values(resourcesOf(stack, 'AWS::DynamoDB::Table'));
const tableOf = (stack: Stack) => {
  const [sweep] = Object.entries(resourcesOf(stack, 'AWS::Lambda::Function')).filter(([id]) => id.includes('FunctionsSweep'));
  return flat(sweep?.[1].Properties.Environment.Variables.LEDGER_TABLE);
};

describe('a ledger of several constructs', () => {
  it('is one table that outlives its stack, in the place of the table that each would have', () => {
    const app = testApp();
    const shared = new BatchLedgerStack(app, 'Shared');
    const stacks = ['One', 'Two'].map((id) => {
      const stack = new Stack(app, id);
      new BatchOrchestrator(stack, 'Orchestrator', { ledger: shared.ledger });
      return stack;
    });
    const [table, ...more] = ledgerTables(shared);
    expect(more).toEqual([]);
    expect(table).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    for (const stack of stacks) {
      expect(ledgerTables(stack)).toEqual([]);
      expect(tableOf(stack)).toMatch(/^{"Fn::ImportValue":"Shared:.*LedgerTable/);
    }
  });

  it('is found from another app by the name of its stack, and may be worked with there', () => {
    const outputs = Template.fromStack(new BatchLedgerStack(testApp(), 'Shared', { stackName: 'slots' })).toJSON().Outputs;
    const name = outputs.tableName.Export.Name;
    const stack = new Stack(new App({ context: { 'aws:cdk:disable-asset-staging': true } }), 'Other');
    new BatchOrchestrator(stack, 'Orchestrator', { ledger: BatchLedger.fromStack(stack, 'Ledger', 'slots') });
    expect(ledgerTables(stack)).toEqual([]);
    expect(tableOf(stack)).toContain(name);
    const statements = statementsOf(stack, 'OrchestratorFunctionsSweepServiceRoleDefaultPolicy');
    const query = statements.find(({ actions }) => actions.includes('dynamodb:Query'));
    expect(query?.resources).toHaveLength(4);
    for (const resource of query?.resources ?? []) expect(resource).toContain(name);
  });

  it('is refused where it is none, or a table is given too', () => {
    const stack = new Stack(testApp(), 'Stack');
    const ledger = new BatchLedger(stack, 'Ledger');
    const made = (props: object) => () => new BatchOrchestrator(stack, `O${Math.random()}`, props);
    expect(made({ ledger: 'slots' })).toThrowError("ledger is 'slots'; give a BatchLedger");
    expect(made({ ledger, table: ledger.table })).toThrowError('table is given beside ledger; give one of them');
  });

  it('is refused to two that keep their runs in one bucket: neither could tell its runs from those of the other', () => {
    const stack = new Stack(testApp(), 'Stack');
    const ledger = new BatchLedger(stack, 'Ledger');
    const { bucket } = new BatchOrchestrator(stack, 'First', { ledger });
    expect(() => new BatchOrchestrator(stack, 'Second', { ledger, bucket })).toThrowError(
      'bucket is that of Stack/First, which keeps its runs in the same ledger; give each a bucket of its own',
    );
    expect(() => new BatchOrchestrator(stack, 'Third', { bucket })).not.toThrow();
  });
});
