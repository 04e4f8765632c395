/** The instrumentation of `register`: as `AnthropicInstrumentation`, on the loader hook of our own. */
import { diag, type MeterProvider, type TracerProvider } from '@opentelemetry/api';
import type { Instrumentation, InstrumentationConfig } from '@opentelemetry/instrumentation';
import { observeClients } from '../../instrumentation/observe-clients.ts';
import { observedClass } from '../../instrumentation/observed-class.ts';
import { settleOptions, type TelemetryOptions } from '../../options.ts';
import { SCOPE_NAME, VERSION } from '../../signals/scope.ts';
import { shareTelemetry, Telemetry } from '../../telemetry.ts';
import { installHook, type LoadedSdk } from './install.ts';
import { isSupported } from './sdk-file.ts';

/** Observes every client that is made from now on in this thread, by whatever way its SDK is loaded. */
export class RegisterInstrumentation implements Instrumentation {
  readonly instrumentationName: string = SCOPE_NAME;
  readonly instrumentationVersion: string = VERSION;
  /** Whether the loader hook is in place. */
  readonly attached: boolean;
  readonly #telemetry: Telemetry;

  /**
   * @param onLoaded told of each file with client classes that is loaded, and whether its clients are observed
   * @throws TypeError for a wrong option
   */
  constructor(options: TelemetryOptions, onLoaded: (sdk: LoadedSdk) => void = () => {}) {
    const telemetry = new Telemetry(settleOptions(options));
    this.#telemetry = telemetry;
    const { add, complete } = observeClients(telemetry);
    this.attached = installHook({
      observe: (root) => observedClass(root, add, complete),
      onLoaded: (sdk) => {
        if (!sdk.observed) warnUnobserved(sdk);
        telemetry.guard.run('options', () => onLoaded(sdk));
      },
    });
    if (!this.attached) {
      diag.warn(
        'anthropic-otel: clients are not observed by themselves: `module.registerHooks` is missing in ' +
          `this runtime (${process.version}). Use Node 22.15, 23.5 or later, or \`withTelemetry\` in your code`,
      );
    }
  }

  /** Makes these options those of every client that `withTelemetry` or `observe` are given none for. */
  share(): void {
    shareTelemetry(this.#telemetry);
  }

  /** Ends the calls that are still open, as canceled, so that they are recorded before the process ends. */
  endOpenCalls(): void {
    this.#telemetry.endOpenCalls();
  }

  setMeterProvider(provider: MeterProvider): void {
    this.#telemetry.setMeterProvider(provider);
  }

  setTracerProvider(provider: TracerProvider): void {
    this.#telemetry.setTracerProvider(provider);
  }

  enable(): void {
    this.#telemetry.enabled = true;
  }

  disable(): void {
    this.#telemetry.enabled = false;
  }

  getConfig(): InstrumentationConfig {
    return { enabled: this.#telemetry.enabled };
  }

  /** The options are the constructor's. */
  setConfig(): void {}
}

function warnUnobserved({ version, url }: LoadedSdk): void {
  const why = isSupported(version)
    ? `its file ${url} has an unknown form`
    : '0.39.0 or later, below 2, is needed';
  diag.warn(`anthropic-otel: @anthropic-ai/sdk ${version} is not observed; ${why}`);
}
