/** `anthropic-otel init`: writes a configuration and prints the next steps. */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { defineCommand, EXIT, UserError, usageError } from '../command.ts';
import { DEFAULTS } from '../config/config.ts';
import { CONFIG_NAME, findConfig, resolveConfig } from '../config/load.ts';
import { inspectProject, type Project } from './project.ts';
import { nextSteps } from './steps.ts';
import { type ConfigFormat, configText } from './template.ts';

const FORMATS: readonly ConfigFormat[] = ['ts', 'mjs', 'json'];

export const init = defineCommand({
  name: 'init',
  summary: 'Write a configuration for this application, and print the next three steps.',
  options: {
    format: {
      type: 'string',
      value: 'FORMAT',
      description: 'ts, mjs or json (default: ts if Node.js and the project read it, else mjs)',
    },
    grafana: { type: 'string', value: 'URL', description: 'your Grafana, for the links in notifications' },
    budget: {
      type: 'string',
      value: 'USD',
      description: 'what a service may spend per day before a ticket is opened',
    },
    force: { type: 'boolean', description: 'replace an existing configuration' },
  },
  async run({ values }, io) {
    const project = inspectProject(io.cwd);
    const format = formatOf(values.format, project);
    const known = {
      ...(values.grafana !== undefined && { urls: { ...DEFAULTS.urls, grafana: values.grafana } }),
      ...(values.budget !== undefined && {
        spend: { ...DEFAULTS.spend, dailyBudgetUsd: Number(values.budget) },
      }),
      ...(project.name && {
        prometheus: { ...DEFAULTS.prometheus, job: project.name.replace(/^@.*\//, '') },
      }),
    };
    resolveConfig(known, 'the command line');
    const present = findConfig(io.cwd);
    if (present && !values.force) {
      throw new UserError(`${basename(present)} exists already`, 'Edit it, or replace it with --force.');
    }
    const file = `${CONFIG_NAME}.${format}`;
    await writeFile(join(io.cwd, file), configText(format, known));

    const steps = nextSteps(project, DEFAULTS.out);
    io.printJson({ file, project, steps });
    io.print(`Wrote ${io.style('bold', file)}. Check its objective, budget and addresses.`);
    io.print(`Found: ${found(project).join(', ')}.`);
    for (const [index, { title, lines }] of steps.entries()) {
      io.print();
      io.print(`${index + 1}. ${title}:`);
      for (const line of lines) io.print(`     ${io.style('cyan', line)}`);
    }
    return EXIT.ok;
  },
});

function formatOf(given: string | undefined, { typescript }: Project): ConfigFormat {
  if (given === undefined) return typescript && process.features.typescript ? 'ts' : 'mjs';
  const format = FORMATS.find((each) => each === given);
  if (!format) throw usageError(`expected --format to be ${FORMATS.join(', ')}, got "${given}"`);
  return format;
}

function found({ frameworks, neighbors, moduleSystem, typescript, docker, kubernetes }: Project): string[] {
  return [
    ...frameworks,
    ...(typescript ? ['TypeScript'] : []),
    moduleSystem,
    ...(docker ? ['Docker'] : []),
    ...(kubernetes ? ['Kubernetes'] : []),
    ...neighbors,
  ];
}
