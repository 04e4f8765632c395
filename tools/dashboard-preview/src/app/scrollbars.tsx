/** Stands in for react-custom-scrollbars-2: pictures do not scroll. */
import type { ReactNode } from 'react';

export function Scrollbars({ children }: { children?: ReactNode }) {
  return <div style={{ overflow: 'auto', height: '100%' }}>{children}</div>;
}

export default Scrollbars;
