/** Mutants of rules: each changes one threshold, comparison, window, duration or label matcher of one rule. */

import { type AlertRule, isAlert, type RecordRule } from '../../../src/mixin/alerts/rule.ts';
import type { Duration } from '../../../src/mixin/config.ts';
import { DURATION_BUCKETS } from '../../../src/signals/catalogue/durations.ts';

/** A rule with one change. */
export interface Mutant {
  readonly rule: AlertRule | RecordRule;
  /** What was changed, as `before -> after in context`. */
  readonly change: string;
}

/** One place of an expression, and what to write there. */
interface Edit {
  readonly at: number;
  readonly length: number;
  readonly with: string;
}

/** Every mutant of `rule`. */
export function mutantsOf(rule: AlertRule | RecordRule): Mutant[] {
  const expr = rule.expr.replaceAll(/^\s*#.*\n/gm, '');
  const inExpression = editsOf(expr).map((edit) => ({
    rule: { ...rule, expr: expr.slice(0, edit.at) + edit.with + expr.slice(edit.at + edit.length) },
    change: describe(expr, edit),
  }));
  if (!isAlert(rule)) return inExpression;
  const times = (['for', 'keepFiringFor'] as const).flatMap((field) => {
    const duration = rule[field];
    if (!duration) return [];
    return scaled(duration).map((changed) => ({
      rule: { ...rule, [field]: changed as Duration },
      change: `${field} ${duration} -> ${changed}`,
    }));
  });
  return [...inExpression, ...times];
}

function editsOf(expr: string): Edit[] {
  return [...matcherEdits(expr), ...plainEdits(expr)];
}

/** Label matchers: the operator turned round, the matcher left out, an alternative of a regular expression left out. */
function matcherEdits(expr: string): Edit[] {
  const opposite: Record<string, string> = { '=': '!=', '!=': '=', '=~': '!~', '!~': '=~' };
  return [...expr.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"(,? ?)/g)].flatMap((match): Edit[] => {
    const [whole, name = '', operator = '', value = '', comma = ''] = match;
    // Naming a histogram on both paths is not a filter: without it there is no metric.
    if (name === '__name__') {
      return [{ at: match.index, length: whole.length, with: whole.replace('(_seconds)?', '') }];
    }
    // Small buckets are left out because they change no limit: the change is to leave out one more.
    if (name === 'le') {
      const next = DURATION_BUCKETS[value.split('|').length];
      return [
        { at: match.index, length: whole.length, with: `${name}${operator}"${value}|${next}"${comma}` },
      ];
    }
    const rest = (list: string[], skip: number) => list.filter((_, i) => i !== skip).join('|');
    const alternatives = value.split('|');
    return [
      { at: match.index, length: whole.length, with: `${name}${opposite[operator]}"${value}"${comma}` },
      { at: match.index, length: whole.length, with: '' },
      ...(alternatives.length < 2 ? [] : alternatives).map((_, i) => ({
        at: match.index,
        length: whole.length,
        with: `${name}${operator}"${rest(alternatives, i)}"${comma}`,
      })),
    ];
  });
}

/** Numbers, durations and comparisons outside of label matchers. */
function plainEdits(expr: string): Edit[] {
  // Same length, so that places stay what they are.
  const plain = expr
    .replaceAll(/"[^"]*"/g, (text) => ' '.repeat(text.length))
    .replaceAll(/\{[^}]*\}/g, (braces) => ' '.repeat(braces.length))
    .replaceAll(/\b(?:by|on) \([^)]*\)/g, (labels) => ' '.repeat(labels.length));
  const edits: Edit[] = [];
  for (const match of plain.matchAll(/(?<![\w:.])(\d+)([smhd])(?![\w:])/g)) {
    edits.push(
      ...scaled(match[0] as Duration).map((text) => ({
        at: match.index,
        length: match[0].length,
        with: text,
      })),
    );
  }
  for (const match of plain.matchAll(/(?<![\w:.])\d+(?:\.\d+)?(?![\w:.])/g)) {
    const value = Number(match[0]);
    const changed = value === 0 ? [1] : [value * 2, value / 2];
    edits.push(
      ...changed.map((number) => ({ at: match.index, length: match[0].length, with: String(number) })),
    );
  }
  const comparisons: Record<string, readonly string[]> = {
    '>': ['>=', '<'],
    '>=': ['>', '<'],
    '<': ['<=', '>'],
    '<=': ['<', '>'],
    '==': ['!='],
    '!=': ['=='],
  };
  for (const match of plain.matchAll(/>=|<=|==|!=|>|</g)) {
    const changed = comparisons[match[0]] ?? [];
    edits.push(...changed.map((operator) => ({ at: match.index, length: match[0].length, with: operator })));
  }
  return edits;
}

function scaled(duration: Duration): string[] {
  const value = Number(duration.slice(0, -1));
  const unit = duration.slice(-1);
  const milliseconds = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }[unit] ?? 0;
  return [`${value * 2}${unit}`, `${(value * milliseconds) / 2}ms`];
}

function describe(expr: string, edit: Edit): string {
  const before = expr.slice(edit.at, edit.at + edit.length);
  const line = expr.slice(expr.lastIndexOf('\n', edit.at) + 1).split('\n')[0] ?? '';
  const column = edit.at - (expr.lastIndexOf('\n', edit.at) + 1);
  return `${before} -> ${edit.with || '(left out)'} at ${column} in: ${line.trim()}`;
}
