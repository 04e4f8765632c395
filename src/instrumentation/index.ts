/** The instrumentation for `NodeSDK({ instrumentations: [new AnthropicInstrumentation()] })`. */
import { diag, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import {
  InstrumentationBase,
  type InstrumentationConfig,
  InstrumentationNodeModuleDefinition,
} from '@opentelemetry/instrumentation';
import { checkFlag } from '../checks.ts';
import { markUsed } from '../first-use.ts';
import { type ResolvedOptions, resolveOptions, type TelemetryOptions } from '../options.ts';
import { SCOPE_NAME, VERSION } from '../signals/scope.ts';
import { shareTelemetry, Telemetry } from '../telemetry.ts';
import { observeClients } from './observe-clients.ts';
import { patchExports } from './patch-exports.ts';

/** The modules with client classes, and the classes. */
const MODULES: ReadonlyArray<{ name: string; versions: string; classes: readonly string[] }> = [
  { name: '@anthropic-ai/sdk', versions: '>=0.39.0 <2', classes: ['Anthropic'] },
  {
    name: '@anthropic-ai/bedrock-sdk',
    versions: '>=0.30.0 <2',
    classes: ['AnthropicBedrock', 'AnthropicBedrockMantle'],
  },
  { name: '@anthropic-ai/vertex-sdk', versions: '>=0.16.0 <2', classes: ['AnthropicVertex'] },
  { name: '@anthropic-ai/foundry-sdk', versions: '>=0.3.0 <2', classes: ['AnthropicFoundry'] },
];

/** Options of `AnthropicInstrumentation`: the telemetry options, and `enabled`, which every instrumentation has. */
export interface AnthropicInstrumentationConfig extends InstrumentationConfig, TelemetryOptions {}

/**
 * Adds telemetry to every client of `@anthropic-ai/sdk` that the application creates afterwards, including clients of the
 * Bedrock, Vertex and Foundry packages. CommonJS needs nothing else. ES modules need the loader hook of
 * `@opentelemetry/instrumentation`.
 *
 * @example
 * new NodeSDK({ instrumentations: [new AnthropicInstrumentation({ models: ['claude-opus-5-5'] })] }).start();
 */
export class AnthropicInstrumentation extends InstrumentationBase<AnthropicInstrumentationConfig> {
  // Without an initialiser, because the base class calls `setConfig` and `init` before this one would run.
  declare private _telemetry: Telemetry;

  /** @throws TypeError for a wrong option */
  constructor(config: AnthropicInstrumentationConfig = {}) {
    super(SCOPE_NAME, VERSION, config);
  }

  protected override init(): InstrumentationNodeModuleDefinition[] {
    const { _telemetry: telemetry } = this;
    const { add, complete } = observeClients(telemetry);
    const definitions = MODULES.map(
      ({ name, versions, classes }) =>
        new InstrumentationNodeModuleDefinition(
          name,
          [versions],
          (exports: object) => {
            telemetry.guard.run('options', markUsed);
            return (
              telemetry.guard.run('options', () => patchExports(exports, classes, add, complete)) ?? exports
            );
          },
          // Clients that exist keep their adapters, which do nothing while telemetry is off.
          () => {},
        ),
    );
    return [...definitions, tooOld()];
  }

  /**
   * Replaces the options, including those of existing clients. Options that you leave out return to their defaults. Without
   * `enabled`, the instrumentation stays on or off.
   * @throws TypeError for a wrong option; the options then do not change
   *
   * @example
   * instrumentation.setConfig({ ...instrumentation.getConfig(), attemptSpans: false });
   */
  override setConfig(config: AnthropicInstrumentationConfig = {}): void {
    const options = resolveConfig(config);
    super.setConfig(config);
    if (!this._telemetry) {
      this._telemetry = new Telemetry(options);
      this._telemetry.enabled = config.enabled ?? true;
      return;
    }
    this._telemetry.configure(options);
    if (config.enabled === false) this.disable();
    else if (config.enabled) this.enable();
    if (this._telemetry.enabled) this._telemetry.start();
  }

  override enable(): void {
    this._telemetry.enabled = true;
    super.enable();
  }

  override disable(): void {
    this._telemetry.enabled = false;
    super.disable();
  }

  /** Records metrics with `meterProvider`, unless the options name one. */
  override setMeterProvider(meterProvider: MeterProvider): void {
    super.setMeterProvider(meterProvider);
    this._telemetry.setMeterProvider(meterProvider);
  }

  /** Takes spans from `tracerProvider`, unless the options or the client name one. */
  override setTracerProvider(tracerProvider: TracerProvider): void {
    super.setTracerProvider(tracerProvider);
    this._telemetry.setTracerProvider(tracerProvider);
  }

  /** Uses these options for every client for which `withTelemetry` or `observe` got none. */
  share(): void {
    shareTelemetry(this._telemetry);
  }

  /** Ends open calls as canceled, so that they are recorded before the process ends. */
  endOpenCalls(): void {
    this._telemetry.endOpenCalls();
  }
}

function resolveConfig(config: AnthropicInstrumentationConfig): ResolvedOptions {
  const options = resolveOptions(config, ['enabled']);
  checkFlag('enabled', config.enabled);
  return options;
}

/** Leaves versions of the SDK alone that have no adapter, and reports that. */
function tooOld(): InstrumentationNodeModuleDefinition {
  return new InstrumentationNodeModuleDefinition('@anthropic-ai/sdk', ['<0.39.0'], (exports, version) => {
    diag.warn(`anthropic-otel: @anthropic-ai/sdk ${version} is not observed; 0.39.0 or later is needed`);
    return exports;
  });
}
