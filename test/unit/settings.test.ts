import { describe, expect, test } from 'vitest';
import { resolveOptions } from '../../src/options.ts';
import { readSettings } from '../../src/register/settings.ts';

describe('the settings of register', () => {
  test('without any variable are a Prometheus endpoint and JSON lines on standard error', () => {
    expect(readSettings({})).toEqual({
      disabled: false,
      metrics: {
        prometheus: { host: 'localhost', port: 9464, endpoint: true },
        otlp: undefined,
        console: false,
        interval: 60_000,
        timeout: 30_000,
      },
      traces: false,
      logs: false,
      logTarget: 'stderr',
      logLevel: 'info',
      shutdownTimeout: 3000,
      telemetry: { attemptSpans: true, attributionBaggage: false, captureContent: false },
      warnings: [],
    });
  });

  test('with an OTLP endpoint export traces and logs too', () => {
    const settings = readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' });
    expect(settings).toMatchObject({ traces: true, logs: true });
  });

  test('with another metrics exporter serve no endpoint', () => {
    expect(readSettings({ OTEL_METRICS_EXPORTER: 'otlp' }).metrics.prometheus).toBeUndefined();
  });

  test.each([
    ['prometheus,console', ['prometheus', 'console'], 0],
    [' OTLP , Prometheus,otlp', ['prometheus', 'otlp'], 0],
    ['console,,', ['console'], 0],
    ['none', [], 0],
    ['none,otlp', [], 0],
    [',', ['prometheus'], 0],
    ['bogus', ['prometheus'], 1],
    ['bogus,otlp,more', ['otlp'], 1],
    ['bogus,none', [], 1],
  ] as const)('with OTEL_METRICS_EXPORTER=%s have the readers %j', (value, readers, warned) => {
    const { metrics, warnings } = readSettings({ OTEL_METRICS_EXPORTER: value });
    expect((['prometheus', 'otlp', 'console'] as const).filter((name) => metrics[name])).toEqual(readers);
    expect(warnings).toHaveLength(warned);
    for (const warning of warnings) expect(warning).toContain('prometheus, otlp, console or none');
  });

  test.each([
    ['OTEL_EXPORTER_PROMETHEUS_PORT', 'http'],
    ['OTEL_METRIC_EXPORT_INTERVAL', '-5'],
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '70000'],
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '0'],
    ['ANTHROPIC_OTEL_SHUTDOWN_TIMEOUT', '-1'],
    ['ANTHROPIC_OTEL_CAPTURE_CONTENT', 'yes'],
    ['ANTHROPIC_OTEL_ATTEMPT_SPANS', '1'],
    ['ANTHROPIC_OTEL_LOG_LEVEL', 'debug'],
  ])('with %s=%s keep the default and report it', (name, value) => {
    const { warnings, ...settings } = readSettings({ [name]: value });
    const { warnings: _, ...defaults } = readSettings({});
    expect(settings).toEqual(defaults);
    expect(warnings).toEqual([expect.stringContaining(name)]);
    expect(warnings[0]).toContain(`"${value}"`);
  });

  test('take every variable of their own', () => {
    expect(
      readSettings({
        OTEL_SDK_DISABLED: 'TRUE',
        OTEL_EXPORTER_PROMETHEUS_HOST: '0.0.0.0',
        OTEL_EXPORTER_PROMETHEUS_PORT: '9500',
        ANTHROPIC_OTEL_LOG: './calls.log',
        ANTHROPIC_OTEL_LOG_LEVEL: 'WARN',
        ANTHROPIC_OTEL_SHUTDOWN_TIMEOUT: '100',
        ANTHROPIC_OTEL_CAPTURE_CONTENT: 'true',
        ANTHROPIC_OTEL_ATTEMPT_SPANS: 'false',
        ANTHROPIC_OTEL_MODELS: 'a, b,,',
        ANTHROPIC_OTEL_ATTRIBUTION_KEYS: 'team, feature',
        ANTHROPIC_OTEL_ATTRIBUTION_BAGGAGE: 'true',
        ANTHROPIC_OTEL_ATTRIBUTES: 'team=search, region=eu=west',
      }),
    ).toMatchObject({
      disabled: true,
      metrics: { prometheus: { host: '0.0.0.0', port: 9500 } },
      logTarget: { file: './calls.log' },
      logLevel: 'warn',
      shutdownTimeout: 100,
      telemetry: {
        attemptSpans: false,
        captureContent: true,
        models: ['a', 'b'],
        attributionKeys: ['team', 'feature'],
        attributionBaggage: true,
        attributes: { team: 'search', region: 'eu=west' },
      },
      warnings: [],
    });
  });

  test('leave out wrong attribution keys and attributes, with a warning each', () => {
    const { telemetry, warnings } = readSettings({
      ANTHROPIC_OTEL_ATTRIBUTION_KEYS: 'team,my team,cost-center,cost.center,a,b',
      ANTHROPIC_OTEL_ATTRIBUTES: 'team=search,feature,=x,y=',
    });
    expect(telemetry.attributionKeys).toEqual(['team', 'cost-center', 'a']);
    expect(telemetry.attributes).toEqual({ team: 'search' });
    expect(warnings.map((warning) => /ignoring "(.*)"$/.exec(warning)?.[1])).toEqual([
      'my team',
      'cost.center',
      'b',
      'feature',
      '=x',
      'y=',
    ]);
    expect(() => resolveOptions(telemetry)).not.toThrow();
  });
});
