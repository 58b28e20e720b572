// Prints how long a fresh Node takes to import each bundle: the median of ten, wall and processor time. A figure, not a test.
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const RUNS = 10;
const folder = fileURLToPath(new URL('../../cdk/handlers', import.meta.url));
const env = { ...process.env, WAITER_TABLE: 'waiters', AWS_REGION: 'us-east-1' };

const measure = `
  const cpu = process.cpuUsage();
  const from = performance.now();
  import(process.argv[1]).then(() => {
    const { user, system } = process.cpuUsage(cpu);
    console.log(JSON.stringify({ wall: performance.now() - from, cpu: (user + system) / 1000 }));
  });`;

for (const handler of ['create-model-invocation-job', 'bedrock-inference-job-event']) {
  const runs = Array.from({ length: RUNS }, () =>
    JSON.parse(execFileSync(process.execPath, ['-e', measure, `${folder}/${handler}/index.mjs`], { env })),
  );
  const median = (name) => {
    const sorted = runs.map((run) => run[name]).sort((a, b) => a - b);
    return ((sorted[RUNS / 2 - 1] + sorted[RUNS / 2]) / 2).toFixed(0);
  };
  console.log(
    `${handler}: ${median('wall')} ms wall, ${median('cpu')} ms processor (median of ${RUNS}, Node ${process.version})`,
  );
}
