/** Runs promtool's unit tests of rules. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { findPrometheusTools } from '../../../dev/prometheus-tools.ts';

/** One test group of promtool's format. */
export interface PromtoolTest {
  readonly name: string;
  readonly interval: string;
  readonly input_series: readonly { readonly series: string; readonly values: string }[];
  readonly alert_rule_test?: readonly {
    readonly eval_time: string;
    readonly alertname: string;
    readonly exp_alerts: readonly ExpectedAlert[];
  }[];
  readonly promql_expr_test?: readonly {
    readonly expr: string;
    readonly eval_time: string;
    readonly exp_samples: readonly { readonly labels: string; readonly value: number }[];
  }[];
}

/** A firing alert, with all its labels and annotations. */
export interface ExpectedAlert {
  readonly exp_labels: Readonly<Record<string, string>>;
  readonly exp_annotations: Readonly<Record<string, string>>;
}

/** What promtool reported. */
export interface PromtoolResult {
  readonly passed: boolean;
  readonly output: string;
  /** The failed checks: the test's name and what it checked, which names the alert. */
  readonly failures: readonly { readonly test: string; readonly check: string }[];
}

/** Runs `tests` against `rules`, the text of a rule file. */
export async function testRules(
  rules: string,
  tests: readonly PromtoolTest[],
  evaluationInterval = '15s',
  tester: Tester = {},
): Promise<PromtoolResult> {
  const file = stringify(
    {
      rule_files: ['rules.yaml'],
      evaluation_interval: evaluationInterval,
      tests: tester.vmalertTool ? tests.map(forVmalert) : tests,
    },
    // Aliases off: promtool reads them, but people read the file when a test fails.
    { lineWidth: 0, aliasDuplicateObjects: false },
  );
  const files = { 'rules.yaml': rules, 'tests.yaml': file };
  const { vmalertTool, signal } = tester;
  if (vmalertTool) {
    return runTool(
      vmalertTool,
      ['unittest', '--files=tests.yaml', '--disableAlertgroupLabel'],
      files,
      signal,
    );
  }
  const program = tester.promtool ?? (await findPrometheusTools()).promtool;
  return runTool(program, ['test', 'rules', 'tests.yaml'], files, signal);
}

/** The program that runs the tests, where it is not the promtool of this machine. */
export interface Tester {
  readonly promtool?: string;
  readonly vmalertTool?: string;
  /** Ends the program; the run then throws the reason of the signal. */
  readonly signal?: AbortSignal;
}

function forVmalert({ promql_expr_test, ...test }: PromtoolTest): object {
  return { ...test, metricsql_expr_test: promql_expr_test };
}

/** Checks `rules`, the text of a rule file: syntax, types, templates and promtool's own lint. */
export async function checkRules(rules: string): Promise<PromtoolResult> {
  const { promtool } = await findPrometheusTools();
  return runTool(promtool, ['check', 'rules', '--lint-fatal', 'rules.yaml'], { 'rules.yaml': rules });
}

async function runTool(
  program: string,
  args: readonly string[],
  files: Readonly<Record<string, string>>,
  signal?: AbortSignal,
): Promise<PromtoolResult> {
  const folder = await mkdtemp(join(tmpdir(), 'rules-'));
  try {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
    return await new Promise((resolve, reject) => {
      execFile(
        program,
        args,
        { cwd: folder, maxBuffer: 1 << 26, ...(signal && { signal }) },
        (error, out, err) => {
          if (signal?.aborted) reject(signal.reason);
          else resolve({ passed: error === null, output: out + err, failures: failuresIn(out + err) });
        },
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function failuresIn(output: string): PromtoolResult['failures'] {
  // Checks of alerts come with the name of their test, checks of expressions without.
  return [...output.matchAll(/^ {4}(?:name: (.*),\n {4})?((?:alertname|expr): .*)$/gm)].map(
    ([, test = '', check = '']) => ({ test, check }),
  );
}
