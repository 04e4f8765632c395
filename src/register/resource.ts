/** The resource that `register` reports. It contains nothing of the command line, owner, paths or file names of the process. */
import { hostname } from 'node:os';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { requireFromSdk } from './sdk-packages.ts';

type Resource = NonNullable<NodeSDKConfiguration['resource']>;
type Detector = NonNullable<NodeSDKConfiguration['resourceDetectors']>[number];

/** The parts that are used here. */
interface ResourcesPackage {
  defaultResource(): Resource;
  resourceFromAttributes(attributes: Record<string, string>): Resource;
  detectResources(config: { detectors: readonly Detector[] }): Resource;
  readonly serviceInstanceIdDetector: Detector;
  readonly envDetector: Detector;
  readonly hostDetector: Detector;
  readonly osDetector: Detector;
  readonly processDetector: Detector;
}

/** A replacement for OpenTelemetry's process detector, which also reports arguments, command, owner and paths. */
const ownDetector: Detector = {
  detect: () => ({
    attributes: {
      'host.name': hostname(),
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
    },
  }),
};

let resource: Resource | undefined;

/** The resource of this process. `OTEL_NODE_RESOURCE_DETECTORS` is respected. */
export function resourceOf(env: NodeJS.ProcessEnv): Resource {
  resource ??= createResource(env);
  return resource;
}

function createResource(env: NodeJS.ProcessEnv): Resource {
  const resources = requireFromSdk('@opentelemetry/resources') as unknown as ResourcesPackage;
  // The default service name contains the path with which Node was started.
  const name = resources.resourceFromAttributes({ 'service.name': 'unknown_service:node' });
  const detectors = detectorsOf(resources, env['OTEL_NODE_RESOURCE_DETECTORS']);
  return resources.defaultResource().merge(name).merge(resources.detectResources({ detectors }));
}

/** The detectors, by their names in `OTEL_NODE_RESOURCE_DETECTORS`. */
function detectorsOf(resources: ResourcesPackage, names: string | undefined): Detector[] {
  const { serviceInstanceIdDetector, envDetector, hostDetector, osDetector, processDetector } = resources;
  const wanted =
    names
      ?.split(',')
      .map((each) => each.trim())
      .filter(Boolean) ?? [];
  if (wanted.length === 0) return [ownDetector, serviceInstanceIdDetector, envDetector];
  const known = {
    env: envDetector,
    host: hostDetector,
    os: osDetector,
    process: processDetector,
    serviceinstance: serviceInstanceIdDetector,
  };
  return Object.entries(known).flatMap(([each, detector]) =>
    wanted.includes(each) || wanted.includes('all') ? [detector] : [],
  );
}

/** The name of the service, according to the environment. */
export function serviceName(env: NodeJS.ProcessEnv): string {
  const attributes = env['OTEL_RESOURCE_ATTRIBUTES']?.split(',').map((pair) => pair.split('=')) ?? [];
  const named = attributes.find(([key]) => key?.trim() === 'service.name')?.[1]?.trim();
  return env['OTEL_SERVICE_NAME']?.trim() || named || '';
}
