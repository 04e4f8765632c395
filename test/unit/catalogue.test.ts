import { describe, expect, test } from 'vitest';
import { METRICS, prometheusLabel, prometheusName } from '../../src/index.ts';
import { Streaks, streakEffect } from '../../src/model/streak.ts';
import { ATTR } from '../../src/signals/names.ts';

describe('the catalogue', () => {
  test('has each name once', () => {
    const names = Object.values(METRICS).map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    expect(new Set(Object.values(METRICS).map(prometheusName)).size).toBe(names.length);
  });

  test('has only attributes that the list of names has', () => {
    const known = new Set<string>(Object.values(ATTR));
    for (const { name, attributes } of Object.values(METRICS)) {
      for (const attribute of attributes) expect(known, name).toContain(attribute);
    }
  });

  test('gives own counters and gauges annotation units only, for one name on both ways into Prometheus', () => {
    for (const { name, kind, unit } of Object.values(METRICS)) {
      if (name.startsWith('anthropic.') && kind !== 'histogram') expect(unit, name).toMatch(/^\{\w+\}$/);
    }
  });

  test('names metrics as the Prometheus exporter does', () => {
    expect(prometheusName(METRICS.calls)).toBe('anthropic_client_calls_total');
    expect(prometheusName(METRICS.activeCalls)).toBe('anthropic_client_active_calls');
    expect(prometheusLabel('gen_ai.request.model')).toBe('gen_ai_request_model');
  });
});

describe('streaks', () => {
  test('grow with 5xx, end with other responses, and ignore overloads and silence', () => {
    const streaks = new Streaks();
    const statuses = [500, 529, undefined, 503, 500, 404, 500, 200];
    const seen = statuses.map((status) => streaks.apply('path', streakEffect(status)));
    expect(seen.map(({ length }) => length)).toEqual([1, 1, 1, 2, 3, 0, 1, 0]);
    expect(seen.filter(({ began }) => began)).toHaveLength(1);
  });
});
