import { describe, expect, test } from 'vitest';
import { readSettings } from '../../src/register/settings.ts';

describe('the settings of register', () => {
  test('without any variable are a Prometheus endpoint and JSON lines on standard error', () => {
    expect(readSettings({})).toEqual({
      disabled: false,
      prometheus: { host: 'localhost', port: 9464 },
      traces: false,
      logs: false,
      logTarget: 'stderr',
      logLevel: 'info',
      shutdownTimeout: 3000,
      telemetry: { attemptSpans: true, captureContent: false },
      warnings: [],
    });
  });

  test('with an OTLP endpoint export traces and logs too', () => {
    const settings = readSettings({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318' });
    expect(settings).toMatchObject({ traces: true, logs: true });
  });

  test('with another metrics exporter serve no endpoint', () => {
    expect(readSettings({ OTEL_METRICS_EXPORTER: 'otlp' }).prometheus).toBeUndefined();
  });

  test.each([
    ['OTEL_EXPORTER_PROMETHEUS_PORT', 'http'],
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '70000'],
    ['OTEL_EXPORTER_PROMETHEUS_PORT', '0'],
    ['ANTHROPIC_OTEL_SHUTDOWN_TIMEOUT', '-1'],
    ['ANTHROPIC_OTEL_CAPTURE_CONTENT', 'yes'],
    ['ANTHROPIC_OTEL_ATTEMPT_SPANS', '1'],
    ['ANTHROPIC_OTEL_LOG_LEVEL', 'debug'],
  ])('with %s=%s keep the default and say so', (name, value) => {
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
        ANTHROPIC_OTEL_TIER: 'two',
      }),
    ).toMatchObject({
      disabled: true,
      prometheus: { host: '0.0.0.0', port: 9500 },
      logTarget: { file: './calls.log' },
      logLevel: 'warn',
      shutdownTimeout: 100,
      telemetry: { attemptSpans: false, captureContent: true, models: ['a', 'b'], tier: 'two' },
      warnings: [],
    });
  });
});
