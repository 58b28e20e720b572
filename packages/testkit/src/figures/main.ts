import { type Figure, figuresTable, measureFigures, THOROUGH } from './figures.ts';

const figures: Figure[] = [];
for await (const figure of measureFigures(THOROUGH)) {
  process.stderr.write(`${figure.isReached ? 'reached' : 'MISSED'}: ${figure.what}: ${figure.found}\n`);
  figures.push(figure);
}
process.stdout.write(`${figuresTable(figures)}\n`);
process.exitCode = figures.every((figure) => figure.isReached) ? 0 : 1;
