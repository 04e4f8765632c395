/**
 * Measures variants in one scenario, side by side in one process: a block of each in turn, so that whatever disturbs the machine disturbs all. Prints
 * JSON: for each variant, microseconds of CPU per operation of each block.
 */
import { SCENARIOS, stubFetch, WARM_UP } from './scenarios.ts';
import { PEERS, VARIANTS } from './variants.ts';

const [names = '', scenarioName = '', blocks = '10'] = process.argv.slice(2);
const scenario = SCENARIOS.find(({ name }) => name === scenarioName);
if (!scenario) throw new Error(`unknown scenario: ${scenarioName}`);

/** A variant that is ready to run. */
interface Subject {
  readonly name: string;
  readonly operation: () => Promise<void>;
  readonly figures: number[];
}

const subjects: Subject[] = [];
for (const name of names.split(',')) {
  const make = { ...VARIANTS, ...PEERS }[name];
  if (!make) throw new Error(`unknown variant: ${name}`);
  const { client, after } = await make(stubFetch(scenario.replies));
  const operation = async (): Promise<void> => {
    await scenario.run(client);
    after?.();
  };
  subjects.push({ name, operation, figures: [] });
}

for (let n = 0; n < WARM_UP + Number(blocks); n++) {
  for (const { operation, figures } of subjects) {
    // What the one before left behind is not this one's.
    globalThis.gc?.({ type: 'minor' });
    const figure = await block(operation);
    if (n >= WARM_UP) figures.push(figure);
  }
}
console.log(JSON.stringify(Object.fromEntries(subjects.map(({ name, figures }) => [name, figures]))));

async function block(operation: () => Promise<void>): Promise<number> {
  const size = scenario!.block;
  const before = process.cpuUsage();
  for (let n = 0; n < size; n++) await operation();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / size;
}
