export default { serverExternalPackages: ['@anthropic-ai/sdk', 'anthropic-otel'] };
