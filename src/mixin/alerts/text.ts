/** Numbers and labels in the text of an alert. */
import type { AlertConfig } from '../config.ts';
import { MODEL, ROUTE } from './names.ts';
import type { AlertRule } from './rule.ts';

/** The model that an alert is about, or "all models" if the alert names none. */
export const MODEL_TEXT: string = `{{ or $labels.${MODEL} "all models" }}`;
/** The API path that an alert is about. */
export const ROUTE_TEXT: string = `{{ or $labels.${ROUTE} "an unknown path" }}`;

/** The service that an alert is about, and where it runs, if its labels state that. */
export function serviceText({ groupingLabels }: AlertConfig): string {
  const where = groupingLabels
    .filter((label) => label !== 'job')
    .toReversed()
    .map((label) => `{{ with $labels.${label} }}, ${label} {{ . }}{{ end }}`);
  return `{{ $labels.job }}${where.join('')}`;
}

/** A share as text: `0.05` is `5 %`. */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(6))} %`;
}

/** The job of the service that `anthropic-otel simulate` runs. */
export const SIMULATION_JOB = 'anthropic-otel-simulation';
/** `true` in alerts of that service. Rule engines drop a label whose text is empty. */
const SIMULATED = `{{ if eq $labels.job "${SIMULATION_JOB}" }}true{{ end }}`;

/** The labels that an alert gets in addition to those of its expression. */
export function alertLabels(rule: AlertRule, config: AlertConfig): Record<string, string> {
  const { severity, fault, condition, ofService = true } = rule;
  return {
    ...config.labels,
    severity,
    fault,
    ...(condition && { condition }),
    ...(ofService && { simulated: SIMULATED }),
  };
}
