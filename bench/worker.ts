/** Measures one variant in one scenario, in a process of its own. Prints microseconds of CPU per operation, one line a block. */
import { SCENARIOS, stubFetch } from './scenarios.ts';
import { PEERS, VARIANTS } from './variants.ts';

const [variant = '', scenarioName = '', blocks = '10'] = process.argv.slice(2);
const scenario = SCENARIOS.find(({ name }) => name === scenarioName);
const make = { ...VARIANTS, ...PEERS }[variant];
if (!scenario || !make) throw new Error(`unknown variant or scenario: ${variant} ${scenarioName}`);
const { client, after } = await make(stubFetch(scenario.replies));

async function block(size: number): Promise<number> {
  const before = process.cpuUsage();
  for (let n = 0; n < size; n++) {
    await scenario!.run(client);
    after?.();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / size;
}

// Until the optimising compiler has seen everything.
for (let n = 0; n < 6; n++) await block(scenario.block);
for (let n = 0; n < Number(blocks); n++) console.log((await block(scenario.block)).toFixed(2));
