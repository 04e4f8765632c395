/** What `register` says of the process: nothing that its command line, owner, paths or file names could give away. */
import { hostname } from 'node:os';
import type { NodeSDKConfiguration } from '@opentelemetry/sdk-node';
import { requireFromSdk } from './sdk-packages.ts';

type Resource = NonNullable<NodeSDKConfiguration['resource']>;
type Detector = NonNullable<NodeSDKConfiguration['resourceDetectors']>[number];

/** As far as it is used here. */
interface ResourcesPackage {
  defaultResource(): Resource;
  resourceFromAttributes(attributes: Record<string, string>): Resource;
  readonly serviceInstanceIdDetector: Detector;
  readonly envDetector: Detector;
}

/** NodeSDK's own process detector has arguments, command, owner and paths too. */
const processDetector: Detector = {
  detect: () => ({
    attributes: {
      'host.name': hostname(),
      'process.pid': process.pid,
      'process.runtime.name': 'nodejs',
      'process.runtime.version': process.versions.node,
    },
  }),
};

/** The part of the SDK's configuration that makes the resource. `OTEL_NODE_RESOURCE_DETECTORS` is respected. */
export function resourceConfiguration(env: NodeJS.ProcessEnv): Partial<NodeSDKConfiguration> {
  const resources = requireFromSdk('@opentelemetry/resources') as unknown as ResourcesPackage;
  // The default service name has the path in it with which Node was started.
  const name = resources.resourceFromAttributes({ 'service.name': 'unknown_service:node' });
  const resource = resources.defaultResource().merge(name);
  if (env['OTEL_NODE_RESOURCE_DETECTORS']?.trim()) return { resource };
  const { serviceInstanceIdDetector, envDetector } = resources;
  return { resource, resourceDetectors: [processDetector, serviceInstanceIdDetector, envDetector] };
}

/** The name of the service, as the environment has it. */
export function serviceName(env: NodeJS.ProcessEnv): string {
  const attributes = env['OTEL_RESOURCE_ATTRIBUTES']?.split(',').map((pair) => pair.split('=')) ?? [];
  const named = attributes.find(([key]) => key?.trim() === 'service.name')?.[1]?.trim();
  return env['OTEL_SERVICE_NAME']?.trim() || named || '';
}
