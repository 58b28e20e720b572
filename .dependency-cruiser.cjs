// Who may import whom. Inside core a room imports only rooms above it in this list.
const rooms = [
  'errors',
  'model',
  'prompt',
  'openai',
  'record',
  'pack',
  'join',
  'job',
  'lane',
  'schedule',
  'plan',
  'ports',
  'files',
  'run',
  'adopt',
];

const roomRules = rooms.map((room, i) => ({
  name: `core-${room}-looks-up-only`,
  severity: 'error',
  comment: `core/${room} may import only the rooms before it: ${rooms.slice(0, i).join(', ') || 'none'}`,
  from: { path: `^packages/core/src/${room}/`, pathNot: '\\.test\\.ts$' },
  to: { path: `^packages/core/src/(${rooms.slice(i + 1).join('|') || '-'})/` },
}));

const edges = ['formats', 'aws', 'sqlite', 'local', 'dashboard'];

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'core-imports-nothing',
      severity: 'error',
      from: { path: '^packages/core/src/', pathNot: '(\\.test\\.ts$|/src/testing/)' },
      to: { pathNot: '^packages/core/src/' },
    },
    ...roomRules,
    ...edges.map((edge) => ({
      name: `${edge}-imports-core-only`,
      severity: 'error',
      from: { path: `^packages/${edge}/src/`, pathNot: '\\.test\\.ts$' },
      to: { path: `^packages/(?!core/|${edge}/)` },
    })),
    {
      name: 'lambda-composes-what-a-function-needs',
      severity: 'error',
      comment:
        'core, aws and formats, and of the other composition root only how a question becomes a run, the ports on Node, what may be logged, and what both know of an orchestrator and of a queue',
      from: { path: '^packages/lambda/src/', pathNot: '(\\.test\\.ts$|/src/testing/)' },
      to: { path: '^packages/(?!core/|aws/|formats/|lambda/|batchrock/src/(request|node|orchestrator|queue|log)/index)' },
    },
    {
      name: 'nothing-imports-lambda',
      severity: 'error',
      from: { path: '^packages/(?!lambda/|testkit/)' },
      to: { path: '^packages/lambda/' },
    },
    {
      name: 'cdk-imports-none-of-ours',
      severity: 'error',
      comment: 'the constructs carry the handlers as bundles',
      from: { path: '^packages/cdk/src/' },
      to: { path: '^packages/(?!cdk/)' },
    },
    {
      name: 'deploy-composes-the-constructs',
      severity: 'error',
      comment: 'the stacks of the constructs, by the CDK; errors of core, and what aws makes of those of the SDK',
      from: { path: '^packages/deploy/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^packages/(?!core/|aws/|cdk/|deploy/)' },
    },
    {
      name: 'testkit-is-for-tests',
      severity: 'error',
      from: { path: '^packages/(?!testkit/)', pathNot: '(\\.test\\.ts$|/src/testing/)' },
      to: { path: '^packages/testkit/' },
    },
    {
      name: 'dev-dependencies-stay-in-tests',
      severity: 'error',
      from: { path: '^packages/(?!testkit/)', pathNot: '(\\.test\\.ts$|/src/testing/|^packages/[^/]+/scripts/)' },
      // the constructs take the CDK of their user, and pin one for our own tests
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['npm-peer'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/|^packages/cdk/(lib|handlers|[.]languages)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.tests.json' },
    enhancedResolveOptions: {
      conditionNames: ['@batchrock/source', 'import', 'require', 'node', 'default'],
      exportsFields: ['exports'],
    },
  },
};
