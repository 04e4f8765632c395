/** Opens the preview of `tools/dashboard-preview`, which is loaded only once its packages are there. */
import type { Preview, PreviewOptions } from '../../tools/dashboard-preview/src/preview.ts';
import { installPreview } from './install.ts';

export { installPreview };

/** Starts to serve the dashboards; installs what that needs. */
export async function openPreview(
  options: PreviewOptions,
  onProgress: (line: string) => void,
): Promise<Preview> {
  await installPreview(onProgress);
  const { startPreview } = await import('../../tools/dashboard-preview/src/preview.ts');
  return startPreview(options, onProgress);
}

/** The command that shows the same preview. */
export function previewCommand({ prometheusUrl, from }: PreviewOptions): string {
  return ['npm run dashboards:preview --', prometheusUrl, from && `--from ${from}`].filter(Boolean).join(' ');
}
